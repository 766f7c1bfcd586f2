import { describe, expect, onTestFinished, test } from 'vitest';
import type { Answer } from '#shared/answer.ts';
import { mintAskId } from '#shared/ask-id.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import { holdEpoch } from '../../../server/store/epoch.ts';
import type { Stores } from '../../../server/store/open.ts';
import { purgeAnswers, type PurgeWish } from '../../../server/upkeep/purge.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { seededRandom } from '../../fakes/random.ts';
import { openInPlace } from '../store/in-place.ts';
import { filledAnswer } from '../store/filled.ts';
import { codeOf, json, noUpkeep, openSurface, type Surface } from './surface.ts';

const random = seededRandom(7);
const [first, second, third] = [1, 2, 3].map(() => mintAskId(fakeClock(), random)) as [string, string, string];

/** The HTTP surface over real stores, which hold three answers. */
async function withAnswers(): Promise<{ surface: Surface; stores: Stores; left: () => Promise<string[]> }> {
  const stores = openInPlace();
  onTestFinished(() => stores.close());
  const epoch = holdEpoch(stores.meta, await stores.meta.epoch());
  const parts = { cache: stores.cache, journal: stores.journal, epoch };
  const upkeep = { ...noUpkeep, purge: (wish: PurgeWish) => purgeAnswers(wish, parts) };
  const answerOf = (id: string): Answer => ({ ...filledAnswer.answer, id });
  const put = (key: string, id: string, more: object): Promise<void> =>
    stores.cache.put({ ...filledAnswer, key, answer: answerOf(id), ...more });
  await put('1', first, { feature: 'notes', promptVersion: 1 });
  await put('2', second, { feature: 'notes', promptVersion: 2 });
  await put('3', third, { feature: 'plain', promptVersion: 1, tenant: 'other' });
  return {
    surface: openSurface({ parts: { upkeep, epoch } }),
    stores,
    async left() {
      const found = await Promise.all(['1', '2', '3'].map((key) => stores.cache.get(key, 0)));
      return ['1', '2', '3'].filter((_, at) => found[at] !== null);
    },
  };
}

describe('a purge of saved answers', () => {
  test.each([
    [{ feature: 'notes' }, ['3']],
    [{ feature: 'notes', prompt_version: 1 }, ['2', '3']],
    [{ tenant: 'other' }, ['1', '2']],
    [{ ask_id: second }, ['1', '3']],
    [{ ask_id: second, tenant: 'other' }, ['1', '2', '3']],
    [{}, []],
  ])('[UK1] of %j removes what fits all of it, says how many, and has devices forget theirs', async (wish, kept) => {
    const { surface, left } = await withAnswers();
    const response = await surface.request('/api/cache/purge', json(wish));
    expect([response.status, await response.json()]).toEqual([200, { removed: 3 - kept.length, epoch: 2 }]);
    expect(response.headers.get('x-layover-policy')).toBe('2');
    expect(await left()).toEqual(kept);
    const policy = (await (await surface.request('/api/travel')).json()) as TravelPolicy;
    expect(policy.epoch).toBe(2);
  });

  test('[UK1] with a member that nobody knows, or one that is malformed, removes nothing', async () => {
    const { surface, left } = await withAnswers();
    for (const wish of [{ promptVersion: 1 }, { prompt_version: 'all' }, { ask_id: 'x' }, { feature: '' }]) {
      const response = await surface.request('/api/cache/purge', json(wish));
      expect([response.status, await codeOf(response)], JSON.stringify(wish)).toEqual([400, 'body_malformed']);
      expect(response.headers.get('x-layover-policy')).toBe('1');
    }
    expect(await left()).toHaveLength(3);
  });

  test('[UK1] is an operator’s', async () => {
    const { surface, left } = await withAnswers();
    const headers = { cookie: await surface.signIn(), 'sec-fetch-site': 'same-origin' };
    const response = await surface.plain('/api/cache/purge', json({}, headers));
    expect([response.status, await codeOf(response)]).toEqual([403, 'not_allowed']);
    expect(await left()).toHaveLength(3);
  });

  test('[UK2] of an ask removes the answer that it got from memory, whoever asked first', async () => {
    const { surface, stores, left } = await withAnswers();
    const later = mintAskId(fakeClock(), random);
    const claim = { owner: { tenant: 'acme', user: 'bob' }, askId: later, key: null, bodyHash: 'h', cacheKey: '1' };
    const tags = { feature: 'notes', synthetic: false, arrivedAtMs: 0 };
    await stores.journal.claim({ ...claim, discreet: false, nowMs: 0, keepMs: 1e9, tags });
    const response = await surface.request('/api/cache/purge', json({ ask_id: later }));
    expect(await response.json()).toMatchObject({ removed: 1 });
    expect(await left()).toEqual(['2', '3']);
  });
});
