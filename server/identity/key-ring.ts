import type { Clock, Random } from '#shared/clock.ts';
import type { Log } from '#shared/log.ts';
import { Problem } from '#shared/problem.ts';
import { MAX_KEYS, type Keys, type NewKey, type VirtualKey } from '../store/keys.ts';
import type { Grants } from '../store/sessions.ts';
import { hashToken, isKey, mintKey } from './tokens.ts';

/** What a key is made with; a user who is left out is one of the key's own. */
export type KeyWish = Omit<NewKey, 'id' | 'tokenHash' | 'endsWith' | 'createdAtMs' | 'user'> & { user: string | null };

/** The virtual keys of this router, known without asking the database at every ask. Docs: docs/behaviour.md, rules I. */
export interface KeyRing {
  /** Whom a token names. Throws `key_unknown`, `key_revoked` or `key_expired`. */
  identify(token: string): Promise<Grants>;
  /** The token is told here and never again. Throws `limit_reached`. */
  create(wish: KeyWish): Promise<{ token: string; key: VirtualKey }>;
  list(tenant: string | null): Promise<VirtualKey[]>;
  /** In force here as soon as it resolves; null when there is no such key. */
  revoke(id: string): Promise<VirtualKey | null>;
  /** Forgets what is known in memory, after keys went another way. */
  refresh(): void;
  /** Writes the last uses. */
  close(): Promise<void>;
}

/** How long what was read of a key is believed, ms: until then another router over the same store may have revoked it. */
const BELIEVED_MS = 60_000;

/** Most tokens that are remembered as unknown, so that one wrong key in a loop is no load on the database. */
const MAX_UNKNOWN = 1_000;

/** How often last uses are written, ms. */
const USES_MS = 60_000;

interface Known {
  /** Null: nobody's token. */
  key: VirtualKey | null;
  readMonotonicMs: number;
}

export function createKeyRing({
  keys,
  clock,
  random,
  log,
}: {
  keys: Keys;
  clock: Clock;
  random: Random;
  log: Log;
}): KeyRing {
  /** By hash of the token; the one that was read longest ago is first. */
  const known = new Map<string, Known>();
  const unknown = new Map<string, Known>();
  const reading = new Map<string, Promise<VirtualKey | null>>();
  /** Rises with each change, so that what was read before it is not kept after it. */
  let changes = 0;
  let uses = new Map<string, number>();
  let takeBackUses: (() => void) | null = null;

  async function find(tokenHash: string): Promise<VirtualKey | null> {
    const held = known.get(tokenHash) ?? unknown.get(tokenHash);
    if (held !== undefined && clock.monotonic() - held.readMonotonicMs < BELIEVED_MS) return held.key;
    const under = reading.get(tokenHash);
    if (under !== undefined) return under;
    const read = readKey(tokenHash, held?.key ?? null).finally(() => {
      if (reading.get(tokenHash) === read) reading.delete(tokenHash);
    });
    reading.set(tokenHash, read);
    return read;
  }

  async function readKey(tokenHash: string, before: VirtualKey | null): Promise<VirtualKey | null> {
    const since = changes;
    let key: VirtualKey | null;
    try {
      key = await keys.find(tokenHash);
    } catch (cause) {
      if (before === null || since !== changes) throw cause;
      log.error({ keyId: before.id, err: cause }, 'A key could not be read again; it counts as it was.');
      key = before;
    }
    if (since === changes) keep(tokenHash, key);
    return key;
  }

  function keep(tokenHash: string, key: VirtualKey | null): void {
    known.delete(tokenHash);
    unknown.delete(tokenHash);
    const among = key === null ? unknown : known;
    among.set(tokenHash, { key, readMonotonicMs: clock.monotonic() });
    for (const oldest of among.keys()) {
      if (among.size <= (key === null ? MAX_UNKNOWN : MAX_KEYS)) return;
      among.delete(oldest);
    }
  }

  function refresh(): void {
    changes += 1;
    known.clear();
    unknown.clear();
    reading.clear();
  }

  function noteUse(id: string): void {
    uses.set(id, clock.now());
    takeBackUses ??= clock.after(USES_MS, () => void writeUses());
  }

  async function writeUses(): Promise<void> {
    takeBackUses?.();
    takeBackUses = null;
    const written = uses;
    uses = new Map();
    try {
      await keys.noteUses([...written].map(([id, atMs]) => ({ id, atMs })));
    } catch (cause) {
      // Not tried again: the next use of a key says more than the lost one.
      log.error({ err: cause }, 'The last uses of keys were not written.');
    }
  }

  return {
    async identify(token) {
      const key = isKey(token) ? await find(hashToken(token)) : null;
      if (key === null) throw unknownKey();
      checkLives(key, clock.now());
      noteUse(key.id);
      return grantsOf(key);
    },
    async create(wish) {
      const token = mintKey(random);
      const id = `key-${Buffer.from(random.bytes(8)).toString('hex')}`;
      const fresh = { ...wish, id, user: wish.user ?? id, endsWith: token.slice(-4), createdAtMs: clock.now() };
      if ((await keys.add({ ...fresh, tokenHash: hashToken(token) })) === 'full')
        throw new Problem('limit_reached', `There are ${MAX_KEYS} keys, and all of them live.`);
      return { token, key: { ...fresh, revokedAtMs: null, lastUsedAtMs: null } };
    },
    async list(tenant) {
      await writeUses();
      return keys.list({ tenant });
    },
    async revoke(id) {
      try {
        return await keys.revoke(id, clock.now());
      } finally {
        refresh();
      }
    },
    refresh,
    close: writeUses,
  };
}

/** The refusal of a bearer that is nobody's. */
export function unknownKey(): Problem {
  return new Problem('key_unknown', 'The key in the `Authorization` header is not known here.', {
    param: 'authorization',
  });
}

function checkLives(key: VirtualKey, nowMs: number): void {
  const named = `The key \`${key.id}\` (ends in ${key.endsWith})`;
  if (key.revokedAtMs !== null) throw new Problem('key_revoked', `${named} was revoked.`, { param: 'authorization' });
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs)
    throw new Problem('key_expired', `${named} is past its time.`, { param: 'authorization' });
}

function grantsOf({ id, tenant, user, role, features, caps, namesUsers }: VirtualKey): Grants {
  return { tenant, user, role, guest: false, key: { id, features, caps, namesUsers } };
}
