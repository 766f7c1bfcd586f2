import { afterEach, describe, expect, it } from 'vitest';
import type { Answer } from '#shared/answer.ts';
import type { AnswerCache } from '../../server/store/answer-cache.ts';

const answer: Answer = {
  id: 'ask-1',
  model: 'model',
  createdSeconds: 1,
  text: 'A seal is a marine mammal.',
  toolCalls: [{ id: 'call', name: 'look', arguments: '{}' }],
  finishReason: 'stop',
  usage: null,
  provenance: {
    id: 'ask-1',
    source: 'provider',
    provider: 'a',
    model: 'm',
    attempts: 1,
    hops: 0,
    cost_usd: null,
    cost_estimated: false,
    degraded: ['truncate_context'],
    age_seconds: 0,
    first_token_ms: null,
    demo: false,
  },
};

function entryOf(
  key: string,
  changes: {
    text?: string;
    feature?: string;
    tenant?: string;
    user?: string;
    promptVersion?: number;
    askId?: string;
    expiresAtMs?: number;
  } = {},
) {
  const { text = answer.text, feature = 'default', tenant = 'acme', user = 'ada', askId = 'ask-1' } = changes;
  return {
    key,
    tenant,
    user,
    feature,
    promptVersion: changes.promptVersion ?? 1,
    answer: { ...answer, id: askId, text },
    storedAtMs: 5,
    costNanoUsd: 7,
    expiresAtMs: changes.expiresAtMs ?? 1_000,
  };
}

type Open = (maxBytes?: number) => Promise<{ cache: AnswerCache; close: () => Promise<void> }>;

/** What every answer cache does; `open` gives an empty one. */
export function describeAnswerCache(name: string, open: Open): void {
  describe(`the answer cache, ${name}`, () => {
    let close: () => Promise<void> = async () => {};
    const opened = async (maxBytes?: number): Promise<AnswerCache> => {
      const store = await open(maxBytes);
      close = store.close;
      return store.cache;
    };
    afterEach(() => close());

    const keysIn = async (cache: AnswerCache, keys: string[]): Promise<string[]> => {
      const found = await Promise.all(keys.map((key) => cache.get(key, 0)));
      return keys.filter((_, at) => found[at] !== null);
    };

    it('[C9] gives the last answer past its time for as long as it is kept, and only then removes it', async () => {
      const cache = await opened();
      await cache.put({ ...entryOf('k'), keepUntilMs: 5_000 });
      await cache.put(entryOf('short'));
      await cache.prune(4_999);
      expect(await cache.get('k', 4_999)).toBeNull();
      expect(await cache.last('k', 4_999)).toEqual({ answer, storedAtMs: 5, costNanoUsd: 7 });
      expect(await cache.last('k', 5_000)).toBeNull();
      expect([await cache.last('short', 999), await cache.last('short', 1_000)].map((one) => one?.storedAtMs)).toEqual([
        undefined,
        undefined,
      ]);
      await cache.prune(5_000);
      expect(await cache.last('k', 0)).toBeNull();
    });

    it('[C9] keeps an answer no shorter than it is fresh, and an older release’s until it expires', async () => {
      const cache = await opened();
      await cache.put({ ...entryOf('k'), keepUntilMs: 10 });
      expect((await cache.last('k', 999))?.storedAtMs).toBe(5);
    });

    it('[C1] gives what was put under a key until it expires', async () => {
      const cache = await opened();
      await cache.put(entryOf('k'));
      expect(await cache.get('k', 999)).toEqual({ answer, storedAtMs: 5, costNanoUsd: 7 });
      expect(await cache.get('k', 1_000)).toBeNull();
      expect(await cache.get('K', 0)).toBeNull();
    });

    it('[C2] looks at nothing but the key', async () => {
      const cache = await opened();
      await cache.put(entryOf('k', { tenant: 'acme', feature: 'one' }));
      await cache.put(entryOf('k', { tenant: 'other', feature: 'two', text: 'Second.' }));
      expect((await cache.get('k', 0))?.answer.text).toBe('Second.');
    });

    it('[C3] leaves one of many concurrent puts, whole', async () => {
      const cache = await opened();
      const texts = Array.from({ length: 50 }, (_, at) => `Text ${at} `.repeat(100));
      await Promise.all(texts.map((text) => cache.put(entryOf('k', { text }))));
      expect(texts).toContain((await cache.get('k', 0))?.answer.text);
    });

    it('[C4] lets the least recently used go first when it is full', async () => {
      const cache = await opened(5_000);
      const text = 'x'.repeat(1_000);
      for (const key of ['a', 'b', 'c']) await cache.put(entryOf(key, { text }));
      await cache.get('a', 0);
      await cache.put(entryOf('d', { text }));
      expect(await keysIn(cache, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
    });

    it('[C4] counts a replaced answer by its new size', async () => {
      const cache = await opened(5_000);
      for (let turn = 0; turn < 20; turn++) await cache.put(entryOf('a', { text: 'x'.repeat(2_000 - turn) }));
      await cache.put(entryOf('b', { text: 'x'.repeat(1_500) }));
      expect(await keysIn(cache, ['a', 'b'])).toEqual(['a', 'b']);
    });

    it('[C5] purges by feature, by tenant, by both, and all', async () => {
      const cache = await opened();
      const keys = ['1', '2', '3', '4', '5'];
      await cache.put(entryOf('1', { feature: 'one', tenant: 'acme' }));
      await cache.put(entryOf('2', { feature: 'one', tenant: 'other' }));
      await cache.put(entryOf('3', { feature: 'two', tenant: 'acme' }));
      await cache.put(entryOf('4', { feature: 'two', tenant: 'other' }));
      await cache.put(entryOf('5', { feature: 'Two', tenant: 'third' }));
      expect(await cache.purge({ feature: 'one', tenant: 'other' })).toBe(1);
      expect(await keysIn(cache, keys)).toEqual(['1', '3', '4', '5']);
      expect(await cache.purge({ feature: 'two' })).toBe(2);
      expect(await keysIn(cache, keys)).toEqual(['1', '5']);
      expect(await cache.purge({ tenant: 'third' })).toBe(1);
      expect(await cache.purge({})).toBe(1);
      expect(await keysIn(cache, keys)).toEqual([]);
    });

    it('[C5] purges by prompt version, by all but one, by the ask it comes from and by its key', async () => {
      const cache = await opened();
      const keys = ['1', '2', '3', '4', '5'];
      await cache.put(entryOf('1', { promptVersion: 1, askId: 'a' }));
      await cache.put(entryOf('2', { promptVersion: 2, askId: 'b' }));
      await cache.put(entryOf('3', { promptVersion: 3, askId: 'c' }));
      await cache.put(entryOf('4', { promptVersion: 1, askId: 'd', feature: 'other' }));
      await cache.put(entryOf('5', { promptVersion: 3, askId: 'e', tenant: 'other' }));
      expect(await cache.purge({ promptVersion: 1, feature: 'default' })).toBe(1);
      expect(await cache.purge({ askId: 'b', tenant: 'other' })).toBe(0);
      expect(await cache.purge({ askId: 'b' })).toBe(1);
      expect(await keysIn(cache, keys)).toEqual(['3', '4', '5']);
      expect(await cache.purge({ feature: 'other', otherThanVersion: 1 })).toBe(0);
      expect(await cache.purge({ feature: 'other', otherThanVersion: 2 })).toBe(1);
      expect(await cache.purge({ key: '3' })).toBe(1);
      expect(await keysIn(cache, keys)).toEqual(['5']);
    });

    it('[C8] purges what was first given to a person, and nobody else’s of that name elsewhere', async () => {
      const cache = await opened();
      await cache.put(entryOf('1', { user: 'ada' }));
      await cache.put(entryOf('2', { user: 'bob' }));
      await cache.put(entryOf('3', { user: 'ada', tenant: 'other' }));
      expect(await cache.purge({ tenant: 'acme', user: 'ada' })).toBe(1);
      expect(await keysIn(cache, ['1', '2', '3'])).toEqual(['2', '3']);
    });

    it('[C5] purges more answers than fit into one step', async () => {
      const cache = await opened();
      await Promise.all(Array.from({ length: 1_203 }, (_, at) => cache.put(entryOf(`k${at}`))));
      expect(await cache.purge({ feature: 'default' })).toBe(1_203);
    });

    it('[C6] keeps no answer that is larger than the whole cache, and not the one before it', async () => {
      const cache = await opened(5_000);
      await cache.put(entryOf('a'));
      await cache.put(entryOf('b'));
      await cache.put(entryOf('a', { text: 'x'.repeat(6_000) }));
      expect(await keysIn(cache, ['a', 'b'])).toEqual(['b']);
    });

    it('prunes what has expired and nothing else', async () => {
      const cache = await opened();
      await cache.put(entryOf('old', { expiresAtMs: 100 }));
      await cache.put(entryOf('young', { expiresAtMs: 101 }));
      await cache.prune(100);
      expect(await keysIn(cache, ['old', 'young'])).toEqual(['young']);
    });
  });
}
