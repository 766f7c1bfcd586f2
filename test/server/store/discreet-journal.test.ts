import { afterEach, describe, expect, it } from 'vitest';
import { openDiscreetJournal } from '../../../server/store/discreet-journal.ts';
import { DISCREET_KEEP_MS, type Journal } from '../../../server/store/journal.ts';
import { MemoryJournal } from '../../../server/store/memory-journal.ts';
import type { Stores } from '../../../server/store/open.ts';
import { claimed, deltas, describeJournal } from '../../contracts/journal.ts';
import { fakeClock, type FakeClock } from '../../fakes/clock.ts';
import { openInPlace } from './in-place.ts';

const DAY_MS = 86_400_000;

describeJournal('in memory', async () => {
  const journal = new MemoryJournal(fakeClock());
  return { journal, close: async () => journal.close() };
});
describeJournal('of discreet asks', openOver, true);
describeJournal('of the others beside them', openOver);

async function openOver(): Promise<{ journal: Journal; close: () => Promise<void> }> {
  const { journal, close } = openInPlace();
  return { journal: openDiscreetJournal(journal, new MemoryJournal(fakeClock())), close };
}

describe('a discreet ask', () => {
  const owner = claimed().owner;
  const discreet = (changes: Parameters<typeof claimed>[0] = {}) =>
    claimed({ discreet: true, keepMs: 7 * DAY_MS, ...changes });
  let stores: Stores | null = null;
  let clock: FakeClock;
  afterEach(async () => {
    await stores?.close();
    stores = null;
  });

  function start(): Journal {
    clock = fakeClock(0);
    stores ??= openInPlace();
    return openDiscreetJournal(stores.journal, new MemoryJournal(clock));
  }
  const read = (journal: Journal, nowMs: number) =>
    journal.read({ owner, askId: 'ask-1', after: 0, limit: 100, nowMs });

  async function answer(journal: Journal, atMs: number): Promise<void> {
    expect((await journal.claim(discreet({ nowMs: atMs }))).kind).toBe('run');
    await journal.append('ask-1', deltas(1, 3));
    await journal.end('ask-1', 'answered', atMs);
  }

  it('[J12] is remembered for 10 minutes, whatever the others are kept for; a while later its key runs again, as the next run', async () => {
    const journal = start();
    await answer(journal, 0);
    const again = (nowMs: number) => journal.claim(discreet({ nowMs }));
    expect(await again(DISCREET_KEEP_MS - 1)).toEqual({ kind: 'same', askId: 'ask-1', state: 'answered' });
    expect((await read(journal, DISCREET_KEEP_MS - 1))?.events).toHaveLength(3);
    expect(await journal.claim(discreet({ bodyHash: 'other' }))).toEqual({ kind: 'other-body' });
    expect(await again(DISCREET_KEEP_MS)).toEqual({ kind: 'expired' });
    expect(await read(journal, DISCREET_KEEP_MS)).toEqual({ state: 'expired', events: [] });
    expect(await read(journal, 2 * DISCREET_KEEP_MS)).toEqual({ state: 'expired', events: [] });
    expect(await again(2 * DISCREET_KEEP_MS)).toEqual({ kind: 'run', askId: 'ask-1', run: 2 });
  });

  it('[J12] leaves memory when its time is up, though nobody asks for it', async () => {
    const memory = new MemoryJournal((clock = fakeClock(0)));
    stores = openInPlace();
    const journal = openDiscreetJournal(stores.journal, memory);
    await answer(journal, 0);
    await clock.advance(DISCREET_KEEP_MS);
    // Read as of an earlier moment, so that only what is gone is missing.
    expect(await memory.read({ owner, askId: 'ask-1', after: 0, limit: 9, nowMs: 0 })).toMatchObject({ events: [] });
    await clock.advance(DISCREET_KEEP_MS);
    expect([memory.has('ask-1'), clock.timers()]).toEqual([false, 0]);
  });

  it('[J12] after a crash is booked as one that brought nothing, reads as expired, and its key is free', async () => {
    const before = start();
    await before.claim(discreet());
    await before.append('ask-1', deltas(1, 3));
    const after = start();
    const cut = { owner, askId: 'ask-1', run: 1, tags: discreet().tags, begun: false, calls: [], answerBytes: 0 };
    expect(await after.recover(10)).toEqual([cut]);
    expect(await read(after, 10)).toEqual({ state: 'expired', events: [] });
    expect(await after.claim(discreet({ nowMs: 10, bodyHash: 'other' }))).toEqual({
      kind: 'run',
      askId: 'ask-1',
      run: 2,
    });
  });

  it('[J12] that had ended runs again after a start, as the next run', async () => {
    await answer(start(), 0);
    const after = start();
    expect(await after.recover(10)).toEqual([]);
    expect(await read(after, 10)).toEqual({ state: 'expired', events: [] });
    expect(await after.claim(discreet({ nowMs: 10 }))).toEqual({ kind: 'run', askId: 'ask-1', run: 2 });
  });

  it('[J12] shares key and id with no other ask', async () => {
    const journal = start();
    await answer(journal, 0);
    expect(await journal.claim(claimed({ bodyHash: 'other' }))).toEqual({ kind: 'other-body' });
    await journal.claim(claimed({ askId: 'ask-2', key: 'key-2' }));
    expect(await journal.claim(discreet({ key: 'key-2' }))).toEqual({ kind: 'other-body' });
    expect(await journal.claim(discreet({ key: 'key-3', askId: 'ask-2' }))).toEqual({ kind: 'other-body' });
  });

  it('[J12] is refused by the disk with its hash, and its words are', async () => {
    stores = openInPlace();
    await expect(stores.journal.claim(discreet())).rejects.toThrow('its hash is not for the disk');
    await stores.journal.claim(discreet({ bodyHash: '' }));
    await expect(stores.journal.append('ask-1', deltas(1, 1))).rejects.toThrow('its words are not for the disk');
  });

  it('[J12] is dropped early when the memory is full: what ended longest ago first, and no running one', async () => {
    const memory = new MemoryJournal((clock = fakeClock(0)), 1_000);
    const put = async (askId: string) => {
      await memory.claim(discreet({ askId, key: askId }));
      await memory.append(askId, [{ seq: 1, event: { type: 'text-delta', text: 'x'.repeat(400) } }]);
    };
    for (const askId of ['running', 'a', 'b', 'c']) await put(askId);
    for (const askId of ['a', 'b', 'c']) await memory.end(askId, 'answered', 5);
    const states = ['running', 'a', 'b', 'c'].map(
      async (askId) => (await memory.read({ owner, askId, after: 0, limit: 9, nowMs: 5 }))?.state,
    );
    expect(await Promise.all(states)).toEqual(['running', 'expired', 'answered', 'answered']);
  });
});
