/**
 * Virtual keys. A token is never stored, only its SHA-256. Its rules:
 *
 * [IK1] A key is found by the hash of its token, with all that was granted, until it is forgotten or pruned; nothing else of the token is kept but its last four characters.
 * [IK2] Revoking is once and for good: the first moment stays. A revoked and an expired key are still found, so that whoever holds one can be told why.
 * [IK3] At most `MAX_KEYS` are kept: past it those that were dead first make room, and when all live nothing is added.
 * [IK4] The last use only moves forward.
 * [IK5] A list has the newest first, of one tenant or of all.
 * [IK6] A prune removes keys that have been dead for `DEAD_KEY_MS`, and no others.
 * [IK7] `forget` removes every key of a person, or of all of a tenant, and no other's.
 */
export interface Keys {
  add(key: NewKey): Promise<'added' | 'full'>;
  find(tokenHash: string): Promise<VirtualKey | null>;
  list(query: { tenant: string | null }): Promise<VirtualKey[]>;
  /** The key as it is now; null when there is none with this id. */
  revoke(id: string, atMs: number): Promise<VirtualKey | null>;
  noteUses(uses: readonly { id: string; atMs: number }[]): Promise<void>;
  /** How many it removed; `user: null` stands for everybody of the tenant. */
  forget(whom: { tenant: string; user: string | null }): Promise<number>;
  prune(nowMs: number): Promise<void>;
}

export const MAX_KEYS = 10_000;

/** How long a revoked or expired key is kept, so that whoever holds it hears why: 90 days. */
export const DEAD_KEY_MS = 90 * 86_400_000;

export interface VirtualKey {
  /** Stable; names the key in lists, budgets and addresses. Not secret. */
  id: string;
  /** What people call it. */
  name: string;
  /** The last four characters of the token, by which its holder tells it from others. */
  endsWith: string;
  tenant: string;
  user: string;
  role: 'asker' | 'operator';
  /** What it may ask; null: every feature. */
  features: string[] | null;
  caps: KeyCaps;
  /** OpenAI's `user` field of an ask names the user. */
  namesUsers: boolean;
  createdAtMs: number;
  /** Null: never. */
  expiresAtMs: number | null;
  revokedAtMs: number | null;
  /** Up to a minute late; null when it was never used. */
  lastUsedAtMs: number | null;
}

export type NewKey = Omit<VirtualKey, 'revokedAtMs' | 'lastUsedAtMs'> & { tokenHash: string };

/** What one key may spend and how fast; null where it has no cap of its own. */
export interface KeyCaps {
  /** Of one calendar month, UTC. */
  monthlyCostNanoUsd: number | null;
  asksPerSecond: number | null;
  burst: number | null;
}
