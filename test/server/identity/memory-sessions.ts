import type { Grants, Sessions } from '../../../server/store/sessions.ts';

/** Sessions in memory, by the rules that the identities rely on. */
export function memorySessions(): Sessions & { tokenHashes(): string[] } {
  const links = new Map<string, { grants: Grants; expiresAtMs: number }>();
  const forgotten = new Set<string>();
  const sessions = new Map<string, { grants: Grants; expiresAtMs: number }>();
  return {
    tokenHashes: () => [...links.keys(), ...sessions.keys()],
    async addLink({ tokenHash, ...link }) {
      links.set(tokenHash, link);
    },
    async spendLink(tokenHash, nowMs) {
      const link = links.get(tokenHash);
      links.delete(tokenHash);
      return link !== undefined && link.expiresAtMs > nowMs ? link.grants : null;
    },
    async addSession({ tokenHash, ...session }) {
      sessions.set(tokenHash, session);
    },
    async useSession(tokenHash, nowMs, slidingMs) {
      const session = sessions.get(tokenHash);
      if (session === undefined || session.expiresAtMs <= nowMs) return null;
      session.expiresAtMs = nowMs + slidingMs;
      return session.grants;
    },
    async endSession(tokenHash) {
      sessions.delete(tokenHash);
    },
    async forget({ tenant, user }) {
      const isOwn = ({ grants }: { grants: Grants }): boolean =>
        grants.tenant === tenant && (user === null || grants.user === user);
      const ended = [...sessions].filter(([, session]) => isOwn(session));
      for (const [hash] of ended) sessions.delete(hash);
      for (const [hash] of ended) forgotten.add(hash);
      const removed = [...links].filter(([, link]) => isOwn(link));
      for (const [hash] of removed) links.delete(hash);
      return { sessions: ended.length, links: removed.length };
    },
    wasForgotten: async (tokenHash) => forgotten.has(tokenHash),
    async prune() {},
  };
}
