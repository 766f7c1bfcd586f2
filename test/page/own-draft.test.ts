import { expect, it } from 'vitest';
import { systemClock } from '#shared/clock.ts';
import { keepDraft } from '#device/drafts.ts';
import { ownDraft, type Tab } from '../../src/app/own-draft.ts';
import { freshPlace } from '../fakes/device/place.ts';

/** Locks of one browser: each tab holds what it was given until it is closed. */
function browser(): { open: (memory?: Map<string, string>) => { tab: Tab; close: () => void } } {
  const held = new Set<string>();
  return {
    open(memory = new Map()) {
      const own: string[] = [];
      const request = async (name: string, how: LockOptions, run: (lock: unknown) => unknown): Promise<unknown> => {
        if (held.has(name) && how.ifAvailable === true) return run(null);
        while (held.has(name)) {
          if (how.signal?.aborted === true) throw new DOMException('Too late.', 'AbortError');
          await new Promise((resolve) => setImmediate(resolve));
        }
        held.add(name);
        own.push(name);
        return run({});
      };
      const tab: Tab = {
        locks: { request: request as LockManager['request'] },
        session: () => ({
          getItem: (key) => memory.get(key) ?? null,
          setItem: (key, value) => void memory.set(key, value),
        }),
        // Whoever waits for a lock has waited long enough after one turn of the event loop.
        clock: { ...systemClock, after: (_delayMs, run) => (setImmediate(run), () => undefined) },
      };
      return { tab, close: () => own.forEach((name) => held.delete(name)) };
    },
  };
}

it('[G4] each tab has a draft of its own, and takes up what a closed one left behind', async () => {
  const place = freshPlace();
  const tabs = browser();
  const [one, two] = [tabs.open(), tabs.open()];
  expect([await ownDraft(place, one.tab), await ownDraft(place, two.tab)]).toEqual(['new', 'new-2']);
  await keepDraft(place, { conversationId: 'new-2', text: 'Left behind', atMs: 1 });
  one.close();
  two.close();
  expect(await ownDraft(place, tabs.open().tab)).toBe('new-2');
  expect(await ownDraft(place, tabs.open().tab)).toBe('new');
});

it('[G4] a tab that is loaded again has the draft that it had, and a copy of it has another', async () => {
  const place = freshPlace();
  const tabs = browser();
  const memory = new Map<string, string>();
  const before = [tabs.open(), tabs.open(memory)];
  for (const { tab } of before) await ownDraft(place, tab);
  before.forEach(({ close }) => close());
  expect(await ownDraft(place, tabs.open(memory).tab)).toBe('new-2');
  expect(await ownDraft(place, tabs.open(new Map(memory)).tab)).toBe('new');
});

it('[G4] where the browser gives no locks, keeps nothing of a tab or cannot be read, there is a draft all the same', async () => {
  const { tab } = browser().open();
  const refuses = (): never => {
    throw new DOMException('Not here.', 'SecurityError');
  };
  expect(await ownDraft(freshPlace(), { ...tab, locks: null })).toBe('new');
  expect(await ownDraft(freshPlace(), { ...tab, session: refuses })).toBe('new');
  const place = freshPlace();
  place.vault?.shut();
  expect(await ownDraft(place, browser().open().tab)).toBe('new');
});
