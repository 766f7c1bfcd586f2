import { describe, expect, it } from 'vitest';
import type { Pack, PackItem } from '#device/pack.ts';
import type { Held } from '#device/packs.ts';
import {
  addCost,
  estimateCost,
  judgeItem,
  judgePack,
  nanoFromUsd,
  settleAnswered,
  wantedOf,
  whyNot,
  type ItemState,
  type ItemView,
} from '../../src/travel/readiness.ts';
import { ofWords } from '../../src/travel/travel-words.ts';
import { somePolicy } from '../fakes/device/router.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 100 * DAY_MS;

describe('whether a prompt is ready', () => {
  const device = { store: 'store', fresh_seconds: 86_400, keep_days: 30, queue: true } as const;
  const now = { held: null, device, asking: false, whyNot: null, nowMs: NOW_MS };

  it('[TR3] is read from what is kept: an answer that is gone, or too old to be kept, makes it open again', () => {
    expect(judgeItem(item('a'), now)).toEqual({ kind: 'open' });
    const held = answer('a', { savedAtMs: NOW_MS - DAY_MS, madeAtMs: NOW_MS - 2 * DAY_MS });
    expect(judgeItem(item('a'), { ...now, held })).toEqual({
      kind: 'ready',
      // An answer that a cache had for a day was made a day before it was saved.
      freshUntilMs: NOW_MS - DAY_MS,
      keptUntilMs: NOW_MS + 29 * DAY_MS,
      bytes: 500,
    });
    expect(judgeItem(item('a'), { ...now, held: answer('a', { savedAtMs: NOW_MS - 30 * DAY_MS }) })).toEqual({
      kind: 'open',
    });
  });

  it('[TR4] says of each prompt why no answer to it can be kept', () => {
    const policy = somePolicy();
    const personal = (text: string): boolean => text.includes('@');
    expect(whyNot(item('a'), policy, personal)).toBeNull();
    expect(whyNot(item('a', { prompt: 'Write to ada@example.com' }), policy, personal)).toContain('looks personal');
    expect(whyNot(item('a', { feature: 'gone' }), policy, personal)).toBe('The feature `gone` is not there any more.');
    const [chat] = policy.features;
    if (chat !== undefined) chat.device.store = 'never';
    expect(whyNot(item('a'), policy, personal)).toBe('Chat is never stored, so it cannot be carried along.');
  });
});

describe('a pack as a whole', () => {
  const ready = (id: string, freshDays: number, keptDays: number): ItemView =>
    view(id, {
      kind: 'ready',
      freshUntilMs: NOW_MS + freshDays * DAY_MS,
      keptUntilMs: NOW_MS + keptDays * DAY_MS,
      bytes: 100,
    });

  it('[TR5] counts what is ready, and names what goes stale or is removed before the demo', () => {
    const items = [
      ready('a', 1, 29),
      ready('b', 5, 2),
      ready('c', 6, 29),
      view('d', { kind: 'open' }),
      view('e', { kind: 'failed', message: 'No.' }),
      view('f', { kind: 'cannot', message: 'Never.' }),
      view('g', { kind: 'asking' }),
    ];
    expect(judgePack(items, NOW_MS + 3 * DAY_MS, NOW_MS)).toEqual({
      ready: 3,
      of: 7,
      keepable: 6,
      left: 3,
      failed: 1,
      cannot: 1,
      stale: ['a'],
      goneBefore: ['b'],
      freshUntilMs: NOW_MS + DAY_MS,
      keptUntilMs: NOW_MS + 2 * DAY_MS,
      bytes: 300,
    });
    expect(judgePack(items, null, NOW_MS)).toMatchObject({ stale: [], goneBefore: [] });
    // A date that is over counts as now.
    expect(judgePack([ready('a', -1, 5)], NOW_MS - 9 * DAY_MS, NOW_MS)).toMatchObject({ stale: ['a'] });
    expect(judgePack([], null, NOW_MS)).toMatchObject({ ready: 0, of: 0, freshUntilMs: null, keptUntilMs: null });
  });

  it('[TR5] measures what is ready against what can be kept, and says how many cannot be', () => {
    const never = view('e', { kind: 'cannot', message: 'Never.' });
    const four = ['a', 'b', 'c', 'd'].map((id) => ready(id, 5, 29));
    const pack = judgePack([...four, never], null, NOW_MS);
    expect(`${pack.ready} ${ofWords(pack)}`).toBe('4 of 4 ready, 1 cannot be kept');
    expect(ofWords(judgePack(four, null, NOW_MS))).toBe('of 4 ready');
  });

  it('[TR6] an estimate is the mean known cost of the feature’s live answers; unknown is counted, never taken for 0', () => {
    const held = [
      answer('a', { costUsd: '0.000000011' }),
      answer('b', { costUsd: '0.000000010' }),
      answer('c', { costUsd: '0.000000000', live: false }),
      answer('d', { costUsd: null }),
    ];
    // 10.5 each, up.
    expect(estimateCost([item('x'), item('y'), item('z', { feature: 'other' })], held)).toEqual({
      nanoUsd: 22,
      unknown: 1,
    });
    expect(estimateCost([item('x')], [])).toEqual({ nanoUsd: 0, unknown: 1 });
  });

  it('[TR6] what was spent is the sum of what the answers say, to the nano-dollar', () => {
    const one = addCost({ nanoUsd: 0, unknown: 0, asks: 0 }, '0.000012345');
    expect(addCost(one, null)).toEqual({ nanoUsd: 12_345, unknown: 1, asks: 2 });
    expect([nanoFromUsd('1.5'), nanoFromUsd('x'), nanoFromUsd('1e9'), nanoFromUsd('-1')]).toEqual([
      1_500_000_000,
      null,
      null,
      null,
    ]);
  });

  it('[TR9] what was answered while no page was there to see it is noted when one opens, with its cost', () => {
    const work = { askId: 'x', key: 'a', refresh: false, wantedAtMs: 50 };
    const before = pack([item('a', { work }), item('b', { work }), item('c')]);
    const after = settleAnswered(before, ({ id }) =>
      answer(id, { savedAtMs: id === 'a' ? 60 : 40, costUsd: '0.000000007' }),
    );
    expect(after.items.map(({ work: left }) => left !== null)).toEqual([false, true, false]);
    expect(after.spent).toEqual({ nanoUsd: 7, unknown: 0, asks: 1 });
    expect(settleAnswered(after, () => null)).toBe(after);
    const states: ItemState[] = [
      { kind: 'open' },
      { kind: 'ready', freshUntilMs: 0, keptUntilMs: 0, bytes: 0 },
      { kind: 'cannot', message: '' },
    ];
    const views = after.items.map((each, at) => ({ item: each, key: 'k', state: states[at] ?? { kind: 'open' } }));
    expect(wantedOf(views).map((each) => each.item.id)).toEqual(['a', 'b']);
  });
});

function item(id: string, changes: Partial<PackItem> = {}): PackItem {
  return { id, feature: 'chat', prompt: `What is ${id}?`, work: null, trouble: null, importedAtMs: null, ...changes };
}

function view(id: string, state: ItemState): ItemView {
  return { item: item(id), key: id, state };
}

function answer(key: string, changes: Partial<Held> = {}): Held {
  return {
    key,
    feature: 'chat',
    savedAtMs: NOW_MS,
    madeAtMs: NOW_MS,
    bytes: 500,
    costUsd: null,
    live: true,
    ...changes,
  };
}

function pack(items: PackItem[]): Pack {
  const spent = { nanoUsd: 0, unknown: 0, asks: 0 };
  return {
    id: 'p',
    name: 'Demo',
    demoAtMs: null,
    items,
    spent,
    expectedNanoUsd: null,
    rehearsed: null,
    createdAtMs: 0,
  };
}
