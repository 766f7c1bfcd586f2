import type { Clock, Random } from '#shared/clock.ts';
import { Problem } from '#shared/problem.ts';
import type { Grants, Sessions } from '../store/sessions.ts';
import { isOurs, isOwnOrigin, mayBeGuest, type Address, type OwnAddresses } from './addresses.ts';
import { readSessionCookies, SESSION_MS } from './session-cookie.ts';
import { unknownKey, type KeyRing } from './key-ring.ts';
import { hashToken, isToken, mintToken, secretCheck } from './tokens.ts';

/** What of a request says who sends it. */
export interface Visit {
  method: string;
  address: Address;
  authorization: string | null;
  cookie: string | null;
  origin: string | null;
  /** `Sec-Fetch-Site`, which no page can forge. */
  fetchSite: string | null;
}

/** Somebody we know. `token` is the session's; a key has none. */
export interface Caller {
  grants: Grants;
  token: string | null;
}

/** Who sends a request. Docs: docs/behaviour.md, rules I. */
export interface Callers {
  /** Throws `origin_unknown` for a Host that is not ours. */
  checkHost(address: Address): void;
  /** Throws `key_unknown`, `key_revoked`, `key_expired`, `signed_out`, `person_forgotten` or `origin_unknown`. */
  identify(visit: Visit): Promise<Caller>;
  /** Like `identify`; throws `not_allowed` for anybody but an operator. */
  identifyOperator(visit: Visit): Promise<Caller>;
  /** The visit's own session, or a new guest's where guests are welcome. */
  welcome(visit: Visit): Promise<Caller>;
  signOut(visit: Visit): Promise<void>;
  /** The token of a new link, and when it ends. */
  makeLink(grants: Grants, livesMs: number): Promise<{ token: string; expiresAtMs: number }>;
  /** A new session for the one-time link; null when it is spent, over or unknown. */
  spendLink(token: string): Promise<Caller | null>;
}

export interface CallerParts {
  sessions: Sessions;
  keys: Pick<KeyRing, 'identify'>;
  masterKey: string;
  own: OwnAddresses;
  clock: Clock;
  random: Random;
}

/** Whoever holds the master key, or the console link of the start. */
export const masterGrants: Grants = { tenant: 'default', user: 'operator', role: 'operator', guest: false };

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function createCallers({ sessions, keys, masterKey, own, clock, random }: CallerParts): Callers {
  const isMasterKey = secretCheck(masterKey);

  async function openSession(grants: Grants): Promise<Caller> {
    const token = mintToken(random);
    await sessions.addSession({ tokenHash: hashToken(token), grants, expiresAtMs: clock.now() + SESSION_MS });
    return { grants, token };
  }

  async function byKey(authorization: string): Promise<Caller> {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw unknownKey();
    return { grants: isMasterKey(token) ? masterGrants : await keys.identify(token), token: null };
  }

  async function bySession(visit: Visit): Promise<Caller | null> {
    const held = readSessionCookies(visit.cookie, visit.address);
    if (held.length > 0) checkOrigin(visit, own);
    for (const { token } of held) {
      const grants = await sessions.useSession(hashToken(token), clock.now(), SESSION_MS);
      if (grants !== null) return { grants, token };
    }
    for (const { token } of held)
      if (await sessions.wasForgotten(hashToken(token), clock.now()))
        throw new Problem('person_forgotten', 'Whoever was signed in here was erased from this router.');
    return null;
  }

  async function identify(visit: Visit): Promise<Caller> {
    if (visit.authorization !== null) return byKey(visit.authorization);
    const caller = await bySession(visit);
    if (caller === null) throw new Problem('signed_out', 'Nobody is signed in here.');
    return caller;
  }

  return {
    checkHost(address) {
      if (isOurs(address, own)) return;
      throw new Problem('origin_unknown', 'This router does not answer to the host name it was called by.');
    },
    identify,
    async identifyOperator(visit) {
      const caller = await identify(visit);
      if (caller.grants.role !== 'operator') throw new Problem('not_allowed', 'Only an operator may do this.');
      return caller;
    },
    async welcome(visit) {
      if (visit.authorization !== null) return byKey(visit.authorization);
      // Checked without a cookie too: a foreign page must not be able to replace somebody's session.
      if (visit.origin !== null || visit.fetchSite !== null) checkOrigin(visit, own);
      const caller = await bySession(visit);
      if (caller !== null) return caller;
      if (!mayBeGuest(visit.address, own)) throw new Problem('signed_out', 'Nobody is signed in here.');
      const user = `guest-${Buffer.from(random.bytes(8)).toString('hex')}`;
      return openSession({ tenant: 'default', user, role: 'asker', guest: true });
    },
    async signOut(visit) {
      const held = readSessionCookies(visit.cookie, visit.address);
      if (held.length === 0) return;
      checkOrigin(visit, own);
      for (const { token } of held) await sessions.endSession(hashToken(token));
    },
    async makeLink(grants, livesMs) {
      const token = mintToken(random);
      const expiresAtMs = clock.now() + livesMs;
      await sessions.addLink({ tokenHash: hashToken(token), grants, expiresAtMs });
      return { token, expiresAtMs };
    },
    async spendLink(token) {
      if (!isToken(token)) return null;
      const grants = await sessions.spendLink(hashToken(token), clock.now());
      return grants === null ? null : openSession(grants);
    },
  };
}

/** A cookie travels with whatever a browser sends, so what it pays for must come from our own page. */
function checkOrigin(visit: Visit, own: OwnAddresses): void {
  if (visit.origin !== null) {
    if (isOwnOrigin(visit.origin, visit.address, own)) return;
  } else if (READS.has(visit.method) || visit.fetchSite === 'same-origin') return;
  throw new Problem('origin_unknown', 'The request does not come from a page of this router.', { param: 'origin' });
}
