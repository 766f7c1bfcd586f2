import { expect, test } from 'vitest';
import { createKeyRing, type KeyRing, type KeyWish } from '../../../server/identity/key-ring.ts';
import type { Keys } from '../../../server/store/keys.ts';
import { fakeClock, type FakeClock } from '../../fakes/clock.ts';
import { seededRandom } from '../../fakes/random.ts';
import { memoryKeys, type MemoryKeys } from './memory-keys.ts';

const MINUTE_MS = 60_000;

const wish: KeyWish = {
  name: '',
  tenant: 'acme',
  user: 'ada',
  role: 'asker',
  features: null,
  caps: { monthlyCostNanoUsd: null, asksPerSecond: null, burst: null },
  namesUsers: false,
  expiresAtMs: null,
};

interface Ring {
  ring: KeyRing;
  keys: MemoryKeys;
  clock: FakeClock;
  said: string[];
}

function open(change: (keys: MemoryKeys) => Keys = (keys) => keys): Ring {
  const keys = memoryKeys();
  const clock = fakeClock();
  const said: string[] = [];
  const log = { info: () => {}, warn: () => {}, error: (_: object, sentence: string) => void said.push(sentence) };
  return { ring: createKeyRing({ keys: change(keys), clock, random: seededRandom(), log }), keys, clock, said };
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (thrown: unknown) => (thrown as { code?: unknown }).code,
  );
}

test('[I16] a key is looked up once a minute at most, however often and however many at once it comes', async () => {
  const { ring, keys, clock } = open();
  const { token } = await ring.create(wish);
  await Promise.all(Array.from({ length: 100 }, () => ring.identify(token)));
  await clock.advance(MINUTE_MS - 1);
  await ring.identify(token);
  expect(keys.finds).toBe(1);
  await clock.advance(1);
  await ring.identify(token);
  expect(keys.finds).toBe(2);
});

test('[I16] what is no key is not looked up, and a wrong one in a loop once a minute', async () => {
  const { ring, keys } = open();
  for (const text of ['', 'sk-other', 'lk-short', `lk-${'!'.repeat(43)}`])
    expect(await codeOf(ring.identify(text))).toBe('key_unknown');
  expect(keys.finds).toBe(0);
  const wrong = `lk-${'x'.repeat(43)}`;
  for (let turn = 0; turn < 20; turn++) expect(await codeOf(ring.identify(wrong))).toBe('key_unknown');
  expect(keys.finds).toBe(1);
});

test('[I16] wrong keys push no good one out of memory', async () => {
  const { ring, keys } = open();
  const { token } = await ring.create(wish);
  await ring.identify(token);
  const wrong = Array.from({ length: 1_500 }, (_, at) => `lk-${String(at).padStart(43, '0')}`);
  for (const text of wrong) await codeOf(ring.identify(text));
  const before = keys.finds;
  await ring.identify(token);
  expect(keys.finds).toBe(before);
  // The bound of what is remembered as wrong: the first of them is asked for again.
  await codeOf(ring.identify(wrong[0] ?? ''));
  expect(keys.finds).toBe(before + 1);
});

test('[I16] a revoked key opens nothing from that moment on, also when it was being looked up', async () => {
  const held = Promise.withResolvers<void>();
  const { ring } = open((keys) => ({
    ...keys,
    async find(hash) {
      const found = await keys.find(hash);
      await held.promise;
      return found;
    },
  }));
  const { token, key } = await ring.create(wish);
  const early = ring.identify(token);
  await ring.revoke(key.id);
  held.resolve();
  await early.catch(() => undefined);
  expect(await codeOf(ring.identify(token))).toBe('key_revoked');
});

test('[I16] a known key counts as it was while the database does not answer, and it is said; an unknown one does not', async () => {
  const { ring, keys, clock, said } = open();
  const { token } = await ring.create(wish);
  const { token: never } = await ring.create(wish);
  await ring.identify(token);
  keys.failing = new Error('gone');
  await clock.advance(MINUTE_MS);
  expect(await ring.identify(token)).toMatchObject({ tenant: 'acme', user: 'ada' });
  expect(said).toHaveLength(1);
  await expect(ring.identify(never)).rejects.toThrow('gone');
});

test('[I17] the last use is written within a minute and when the router ends, many uses as one', async () => {
  let writes = 0;
  const { ring, keys, clock } = open((memory) => ({
    ...memory,
    async noteUses(uses) {
      writes++;
      await memory.noteUses(uses);
    },
  }));
  const { token, key } = await ring.create(wish);
  const lastUse = async (): Promise<number | null> => (await keys.list({ tenant: null }))[0]?.lastUsedAtMs ?? null;
  for (let turn = 0; turn < 50; turn++) await ring.identify(token);
  expect([await lastUse(), writes]).toEqual([null, 0]);
  await clock.advance(MINUTE_MS);
  expect([await lastUse(), writes]).toEqual([clock.now() - MINUTE_MS, 1]);
  await clock.advance(10 * MINUTE_MS);
  expect([writes, clock.timers()]).toEqual([1, 0]);
  await ring.identify(token);
  expect((await ring.list(null)).map(({ id, lastUsedAtMs }) => [id, lastUsedAtMs])).toEqual([[key.id, clock.now()]]);
  await clock.advance(1);
  await ring.identify(token);
  await ring.close();
  expect([await lastUse(), clock.timers()]).toEqual([clock.now(), 0]);
});

test('[I17] a use that is not written costs nobody an answer', async () => {
  const { ring, clock, said } = open((keys) => ({ ...keys, noteUses: () => Promise.reject(new Error('full')) }));
  const { token } = await ring.create(wish);
  await ring.identify(token);
  await clock.advance(MINUTE_MS);
  expect(said).toHaveLength(1);
  expect(await ring.identify(token)).toMatchObject({ user: 'ada' });
});

test('[I17] a full store makes no key', async () => {
  const { ring } = open((keys) => ({ ...keys, add: async () => 'full' }));
  expect(await codeOf(ring.create(wish))).toBe('limit_reached');
});
