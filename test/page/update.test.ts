import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { createToasts } from '../../src/app/toasts.ts';
import { createUpdate } from '../../src/app/update.ts';
import type { WorkerClient } from '../../src/app/worker-client.ts';
import { holdWriting } from '../../src/app/writing.ts';
import { fakeClock } from '../fakes/clock.ts';

/** A tab with an update that waits; `did` is what happened in it, in order. */
function tab() {
  const did: string[] = [];
  const clock = fakeClock();
  const toasts = createToasts(clock);
  const writing = signal(false);
  const worker: WorkerClient = {
    inCharge: () => true,
    updateWaits: () => false,
    tell: () => true,
    acceptUpdate: () => void did.push('accept'),
    lookForUpdate: () => void did.push('look'),
  };
  const update = createUpdate({
    worker: () => worker,
    toasts,
    clock,
    writing,
    locks: () => navigator.locks,
    loadAgain: () => void did.push('load'),
  });
  return { did, clock, toasts, writing, update, says: () => toasts.current.value?.text ?? '' };
}

/** Lets every lock that is free be taken. */
async function settleLocks(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('[W11] a new version is offered, and taken where nobody writes an answer', async () => {
  const { update, toasts, did, says } = tab();
  update.heed({ kind: 'update-ready' });
  expect(says()).toBe('A new version is ready. Your draft is safe.');
  toasts.act();
  await settleLocks();
  expect([did, says()]).toEqual([['accept'], '']);
});

test('[W11] it waits for each answer that is being written in any tab, also for one that began meanwhile', async () => {
  const { update, toasts, did, says } = tab();
  const here = holdWriting(navigator.locks);
  const there = holdWriting(navigator.locks);
  update.heed({ kind: 'update-ready' });
  toasts.act();
  await settleLocks();
  expect(says()).toContain('once the answer that is being written is there');
  here();
  await settleLocks();
  const later = holdWriting(navigator.locks);
  there();
  await settleLocks();
  expect(did).toEqual([]);
  later();
  await settleLocks();
  expect(did).toEqual(['accept']);
});

test('[W11] a page whose answer began at the last moment is offered the new version, and not loaded under it', () => {
  const { update, writing, did, says, toasts } = tab();
  writing.value = true;
  update.heed({ kind: 'reload' });
  expect([did, says()]).toEqual([[], 'A new version is in use. Your draft is safe.']);
  toasts.act();
  expect(did).toEqual(['load']);
});

test('[W11] the tab that accepted is loaded again; every other one is offered it', () => {
  const { update, did, says } = tab();
  update.heed({ kind: 'replaced' });
  expect([did, says()]).toEqual([[], 'A new version is in use. Your draft is safe.']);
  update.heed({ kind: 'reload' });
  expect(did).toEqual(['load']);
});

test('[W12] a page that stays open looks for a new version once an hour at most', async () => {
  const { update, clock, did } = tab();
  update.look();
  await clock.advance(3_599_999);
  update.look();
  expect(did).toEqual([]);
  await clock.advance(1);
  update.look();
  update.look();
  expect(did).toEqual(['look']);
});

test('[W13] a part of the page that cannot be had is said, with a way on', () => {
  const { update, toasts, did, says } = tab();
  update.missPart();
  expect(says()).toBe('A part of this page could not be loaded. Your draft is safe.');
  toasts.act();
  expect(did).toEqual(['load']);
});
