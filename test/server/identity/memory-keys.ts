import type { Keys, VirtualKey } from '../../../server/store/keys.ts';

/** Virtual keys in memory, by the rules that the identities rely on, with a count of how often they were looked up. */
export interface MemoryKeys extends Keys {
  finds: number;
  hashes(): string[];
  /** While set, every look-up rejects with it. */
  failing: Error | null;
}

export function memoryKeys(): MemoryKeys {
  const byHash = new Map<string, VirtualKey>();
  const keys: MemoryKeys = {
    finds: 0,
    failing: null,
    hashes: () => [...byHash.keys()],
    async add({ tokenHash, ...key }) {
      byHash.set(tokenHash, { ...key, revokedAtMs: null, lastUsedAtMs: null });
      return 'added';
    },
    async find(tokenHash) {
      keys.finds++;
      if (keys.failing !== null) throw keys.failing;
      return structuredClone(byHash.get(tokenHash) ?? null);
    },
    async list({ tenant }) {
      return [...byHash.values()].filter((key) => tenant === null || key.tenant === tenant).reverse();
    },
    async revoke(id, atMs) {
      const key = [...byHash.values()].find((one) => one.id === id) ?? null;
      if (key !== null) key.revokedAtMs ??= atMs;
      return structuredClone(key);
    },
    async noteUses(uses) {
      for (const { id, atMs } of uses)
        for (const key of byHash.values()) if (key.id === id) key.lastUsedAtMs = Math.max(key.lastUsedAtMs ?? 0, atMs);
    },
    async forget({ tenant, user }) {
      const own = [...byHash].filter(([, key]) => key.tenant === tenant && (user === null || key.user === user));
      for (const [hash] of own) byHash.delete(hash);
      return own.length;
    },
    async prune() {},
  };
  return keys;
}
