import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEAD_KEY_MS, MAX_KEYS, type Keys, type NewKey } from '../../server/store/keys.ts';

/** A key to add. */
export function newKey(changes: Partial<NewKey> = {}): NewKey {
  return {
    id: 'key-1',
    tokenHash: 'hash-1',
    endsWith: 'abcd',
    name: 'Laptop',
    tenant: 'acme',
    user: 'ada',
    role: 'asker',
    features: ['notes', 'plain'],
    caps: { monthlyCostNanoUsd: 12_500_000_000, asksPerSecond: 0.5, burst: 3 },
    namesUsers: true,
    createdAtMs: 1_000,
    expiresAtMs: 9_000,
    ...changes,
  };
}

/** What every store of virtual keys does; `open` gives an empty one. */
export function describeKeys(name: string, open: () => Promise<{ keys: Keys; close: () => Promise<void> }>): void {
  describe(`virtual keys, ${name}`, () => {
    let keys: Keys;
    let close: () => Promise<void>;

    beforeEach(async () => {
      ({ keys, close } = await open());
    });
    afterEach(() => close());

    const idsOf = async (tenant: string | null): Promise<string[]> => (await keys.list({ tenant })).map(({ id }) => id);

    it('[IK1] finds a key by the hash of its token alone, with all that was granted', async () => {
      const { tokenHash, ...granted } = newKey();
      expect(await keys.add(newKey())).toBe('added');
      expect(await keys.find(tokenHash)).toEqual({ ...granted, revokedAtMs: null, lastUsedAtMs: null });
      expect(await keys.find('hash-2')).toBeNull();
      expect(await keys.find('key-1')).toBeNull();
    });

    it('[IK1] keeps a key without bounds as one without bounds', async () => {
      const caps = { monthlyCostNanoUsd: null, asksPerSecond: null, burst: null };
      await keys.add(newKey({ features: null, caps, expiresAtMs: null, role: 'operator', namesUsers: false }));
      expect(await keys.find('hash-1')).toMatchObject({
        features: null,
        caps,
        expiresAtMs: null,
        role: 'operator',
        namesUsers: false,
      });
    });

    it('[IK2] revokes once and for good, and still finds the key', async () => {
      await keys.add(newKey());
      expect(await keys.revoke('key-1', 2_000)).toMatchObject({ id: 'key-1', revokedAtMs: 2_000 });
      expect(await keys.revoke('key-1', 3_000)).toMatchObject({ revokedAtMs: 2_000 });
      expect(await keys.find('hash-1')).toMatchObject({ revokedAtMs: 2_000 });
      expect(await keys.revoke('key-2', 3_000)).toBeNull();
    });

    it('[IK3] makes room by the key that died first, and takes none when all live', async () => {
      const add = (at: number, changes: Partial<NewKey> = {}): Promise<string> =>
        keys.add(newKey({ id: `key-${at}`, tokenHash: `hash-${at}`, expiresAtMs: null, ...changes }));
      await add(0, { expiresAtMs: 5_000 });
      await add(1, { expiresAtMs: 9_000 });
      await Promise.all(Array.from({ length: MAX_KEYS - 2 }, (_, at) => add(at + 2)));
      await keys.revoke('key-1', 4_000);
      expect(await add(MAX_KEYS, { createdAtMs: 6_000 })).toBe('added');
      expect([await keys.find('hash-1'), (await keys.find('hash-0'))?.id]).toEqual([null, 'key-0']);
      expect(await add(MAX_KEYS + 1, { createdAtMs: 6_000 })).toBe('added');
      expect(await add(MAX_KEYS + 2, { createdAtMs: 6_000 })).toBe('full');
      expect(await keys.find(`hash-${MAX_KEYS + 2}`)).toBeNull();
      expect(await idsOf(null)).toHaveLength(MAX_KEYS);
    });

    it('[IK4] moves the last use forward only', async () => {
      await keys.add(newKey());
      await keys.noteUses([{ id: 'key-1', atMs: 5_000 }]);
      await keys.noteUses([
        { id: 'key-1', atMs: 4_000 },
        { id: 'unknown', atMs: 9_000 },
      ]);
      await keys.noteUses([]);
      expect((await keys.find('hash-1'))?.lastUsedAtMs).toBe(5_000);
    });

    it('[IK5] lists the newest first, of one tenant or of all', async () => {
      await keys.add(newKey({ id: 'old', tokenHash: 'a', createdAtMs: 1 }));
      await keys.add(newKey({ id: 'new', tokenHash: 'b', createdAtMs: 3 }));
      await keys.add(newKey({ id: 'other', tokenHash: 'c', createdAtMs: 2, tenant: 'other' }));
      expect(await idsOf(null)).toEqual(['new', 'other', 'old']);
      expect(await idsOf('acme')).toEqual(['new', 'old']);
      expect(await idsOf('nobody')).toEqual([]);
    });

    it('[IK7] forgets the keys of a person, or of all of a tenant, and no other’s', async () => {
      await keys.add(newKey({ id: 'ada', tokenHash: 'a' }));
      await keys.add(newKey({ id: 'bob', tokenHash: 'b', user: 'bob' }));
      await keys.add(newKey({ id: 'other', tokenHash: 'c', tenant: 'other' }));
      expect(await keys.forget({ tenant: 'acme', user: 'ada' })).toBe(1);
      expect(await keys.forget({ tenant: 'acme', user: 'ada' })).toBe(0);
      expect([await keys.find('a'), (await keys.find('b'))?.id]).toEqual([null, 'bob']);
      expect(await keys.forget({ tenant: 'acme', user: null })).toBe(1);
      expect(await idsOf(null)).toEqual(['other']);
    });

    it('[IK6] prunes what has been dead for its time, and nothing that lives', async () => {
      await keys.add(newKey({ id: 'lives', tokenHash: 'a', expiresAtMs: null }));
      await keys.add(newKey({ id: 'expired', tokenHash: 'b', expiresAtMs: 100 }));
      await keys.add(newKey({ id: 'revoked', tokenHash: 'c', expiresAtMs: null }));
      await keys.add(newKey({ id: 'later', tokenHash: 'd', expiresAtMs: 1e12 }));
      await keys.revoke('revoked', 101);
      await keys.prune(DEAD_KEY_MS + 100);
      expect((await idsOf(null)).sort()).toEqual(['later', 'lives', 'revoked']);
      await keys.prune(DEAD_KEY_MS + 101);
      expect((await idsOf(null)).sort()).toEqual(['later', 'lives']);
    });
  });
}
