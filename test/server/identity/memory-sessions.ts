import type { Grants, Sessions } from '../../../server/store/sessions.ts';

/** Sessions in memory, by the rules that the identities rely on. */
export function memorySessions(): Sessions & { tokenHashes(): string[] } {
  const links = new Map<string, { grants: Grants; expiresAtMs: number }>();
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
    async prune() {},
  };
}
