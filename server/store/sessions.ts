import type { KeyCaps } from './keys.ts';

/**
 * Sessions and one-time links. Tokens are never stored, only their SHA-256. Its rules:
 *
 * [S1] A link gives a session once; the second use gets null, also when both come at the same time.
 * [S2] A session lives `slidingMs` from its last use, and is gone after `end`.
 * [S3] At most `MAX_SESSIONS` live at a time: guests go first, then people, the longest unused of them.
 * [S4] At most `MAX_LINKS` unspent links are kept: the oldest go first. A link past its time gives null.
 * [S5] `forget` ends every session and removes every link of a person, or of all of a tenant, and no other's.
 * [S6] Of a session that was forgotten it is known that it was, until it would have ended by itself.
 */
export interface Sessions {
  addLink(link: { tokenHash: string; grants: Grants; expiresAtMs: number }): Promise<void>;
  spendLink(tokenHash: string, nowMs: number): Promise<Grants | null>;
  addSession(session: { tokenHash: string; grants: Grants; expiresAtMs: number }): Promise<void>;
  /** Finds and slides in one step. */
  useSession(tokenHash: string, nowMs: number, slidingMs: number): Promise<Grants | null>;
  endSession(tokenHash: string): Promise<void>;
  /** How many it ended and removed; `user: null` stands for everybody of the tenant. */
  forget(whom: { tenant: string; user: string | null }): Promise<{ sessions: number; links: number }>;
  wasForgotten(tokenHash: string, nowMs: number): Promise<boolean>;
  prune(nowMs: number): Promise<void>;
}

export const MAX_SESSIONS = 10_000;

export const MAX_LINKS = 1_000;

/** Who somebody is. */
export interface Grants {
  tenant: string;
  user: string;
  role: 'asker' | 'operator';
  /** A guest of this computer. */
  guest: boolean;
  /** The virtual key that was sent; absent in sessions, links and under the master key. Never stored with them. */
  key?: KeyGrants;
}

/** What a virtual key says beyond whom it names. */
export interface KeyGrants {
  /** Stable. */
  id: string;
  /** What it may ask; null: every feature. */
  features: readonly string[] | null;
  caps: KeyCaps;
  namesUsers: boolean;
}
