import { expect, it } from 'vitest';
import { leftWords, loadAgain, takeCarried, type CarriedOver, type Tab } from '../../src/app/carried-over.ts';

/** A tab whose history entry outlives a load, as in a browser. */
function someTab(state: unknown = null): Tab & { log: string[] } {
  const log: string[] = [];
  const history: Tab['history'] = {
    state,
    replaceState(next: unknown, _title: string, at?: string | URL | null) {
      (history as { state: unknown }).state = structuredClone(next);
      if (at != null) log.push(`at ${String(at)}`);
    },
  };
  return { log, history, location: { reload: () => void log.push('reload') } };
}

it.each<[CarriedOver, string | undefined, string[]]>([
  [{ kind: 'typed', text: 'half a thought' }, undefined, ['reload']],
  [{ kind: 'left', guest: true }, '/', ['at /', 'reload']],
])('[PV50] carries %o over one load, and finds it once', (carried, at, log) => {
  const tab = someTab();
  loadAgain(tab, carried, at);
  expect(tab.log).toEqual(log);
  expect(takeCarried(tab)).toEqual(carried);
  expect(takeCarried(tab)).toBeNull();
});

it.each([null, 'typed', {}, { typed: 3 }, { leftAsGuest: 'yes' }])('takes %o for nothing', (state) => {
  expect(takeCarried(someTab(state))).toBeNull();
});

it('[PV50] says to whoever has left that they have, a guest or not', () => {
  expect(leftWords(true)).toBe('You are forgotten on this device.');
  expect(leftWords(false)).toBe('You are signed out. Nothing of yours is left on this device.');
});
