import { effect, signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { SavedRow } from '#device/rows.ts';
import type { DeviceStore } from '../../src/app/device-store.ts';
import type { LiveLists } from '../../src/app/live-lists.ts';
import type { Storage, StorageState } from '../../src/app/storage.ts';
import { createSimilarQuestions } from '../../src/similar/similar-questions.ts';
import { fakeClock } from '../fakes/clock.ts';

const ASKED = { question: 'How can I reset my password?', feature: 'default', oldestMs: 0 };

function saved(key: string, question: string, savedAtMs = 1_000): SavedRow {
  return {
    key,
    feature: 'default',
    question,
    answer: {
      id: key,
      model: 'm',
      createdSeconds: 1,
      text: `Answer ${key}.`,
      toolCalls: [],
      finishReason: 'stop',
      usage: null,
      provenance: {
        id: key,
        source: 'provider',
        provider: 'north',
        model: 'm',
        attempts: 1,
        hops: 0,
        cost_usd: null,
        cost_estimated: false,
        degraded: [],
        age_seconds: 0,
        first_token_ms: 1,
        demo: false,
      },
    },
    savedAtMs,
    usedAtMs: savedAtMs,
    bytes: 100,
    promptVersion: 1,
  };
}

/** The saved answers of whoever is signed in, as the page follows them. */
function peopleOf(people: Record<string, SavedRow[]>) {
  const followers = new Map<string, Set<(rows: SavedRow[]) => void>>();
  const quiet = () => () => undefined;
  const listsOf = (name: string): LiveLists => ({
    conversations: quiet,
    conversation: quiet,
    outbox: quiet,
    heldAsks: quiet,
    drafts: quiet,
    close: () => undefined,
    saved(onRows) {
      const set = followers.get(name) ?? new Set();
      followers.set(name, set.add(onRows));
      onRows(people[name] ?? []);
      return () => void set.delete(onRows);
    },
  });
  const open = (name: string): StorageState => ({ kind: 'open', name, store: {} as DeviceStore, lists: listsOf(name) });
  const state = signal<StorageState>(open('anna'));
  const follow: Storage['follow'] = (watch) => {
    let unwatch = (): void => undefined;
    const dispose = effect(() => {
      unwatch();
      unwatch = state.value.kind === 'open' ? watch(state.value.lists) : () => undefined;
    });
    return () => {
      dispose();
      unwatch();
    };
  };
  const storage: Storage = {
    state,
    conversations: signal([]),
    outbox: signal([]),
    follow,
    watchSaved: (onRows) => follow((lists) => lists.saved(onRows)),
  };
  return {
    storage,
    signIn: (name: string) => void (state.value = open(name)),
    signOut: () => void (state.value = { kind: 'none' }),
    save: (name: string, row: SavedRow): void => {
      people[name] = [...(people[name] ?? []), row];
      for (const tell of followers.get(name) ?? []) tell(people[name]);
    },
    followed: () => [...followers.values()].reduce((sum, set) => sum + set.size, 0),
  };
}

function watching(people: Record<string, SavedRow[]>, asked = ASKED) {
  const clock = fakeClock();
  const world = peopleOf(people);
  const similar = createSimilarQuestions({ storage: world.storage, clock });
  const told: string[][] = [];
  const unwatch = similar.watch(asked, (rows) => told.push(rows.map(({ key }) => key)));
  return { ...world, clock, similar, told, unwatch, last: () => told.at(-1) };
}

describe('what is offered', () => {
  it('[G50] follows what is saved while somebody looks, and is forgotten after', async () => {
    const { clock, last, save, unwatch, followed, told } = watching({ anna: [saved('a', 'Reset my password')] });
    await clock.settle();
    expect(last()).toEqual(['a']);
    save('anna', saved('b', 'How do I reset my password?'));
    await clock.settle();
    expect(last()).toEqual(expect.arrayContaining(['a', 'b']));
    unwatch();
    expect(followed()).toBe(0);
    const before = told.length;
    save('anna', saved('c', 'Please reset my password'));
    await clock.settle();
    expect(told).toHaveLength(before);
  });

  it('[G54] is one index for all who look, and one of them may leave', async () => {
    const { clock, similar, unwatch, followed } = watching({ anna: [saved('a', 'Reset my password')] });
    await clock.settle();
    const second: string[][] = [];
    const leave = similar.watch(ASKED, (rows) => second.push(rows.map(({ key }) => key)));
    expect(second).toEqual([['a']]);
    unwatch();
    expect(followed()).toBe(1);
    leave();
    expect(followed()).toBe(0);
  });

  it('[G57] is never of another person, nor of one who has gone', async () => {
    const { clock, last, signIn, signOut } = watching({
      anna: [saved('a', 'Reset my password')],
      ben: [saved('b', 'How do I reset my password?')],
    });
    await clock.settle();
    expect(last()).toEqual(['a']);
    signIn('ben');
    expect(last()).not.toContain('a');
    await clock.settle();
    expect(last()).toEqual(['b']);
    signOut();
    expect(last()).toEqual([]);
  });

  it('[G57] is not older than its feature keeps answers', async () => {
    const { clock, last } = watching(
      { anna: [saved('old', 'Reset my password', 1_000), saved('new', 'Please reset my password', 9_000)] },
      { ...ASKED, oldestMs: 5_000 },
    );
    await clock.settle();
    expect(last()).toEqual(['new']);
  });
});
