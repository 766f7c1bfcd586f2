import { expect, it } from 'vitest';
import { createFirstTokenTimes, type FirstTokenTimes } from '../../../server/routing/first-token-times.ts';
import { createHedges } from '../../../server/routing/hedges.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { deploymentOf } from '../ask/sample-configuration.ts';

const deployment = deploymentOf('first', { apiBase: 'http://127.0.0.1:1/v1', apiKey: 'k' });

function timesOf(count: number, ms: (at: number) => number, clock = fakeClock()): FirstTokenTimes {
  const times = createFirstTokenTimes({ clock });
  for (let at = 0; at < count; at++) times.add('first', ms(at));
  return times;
}

function delayOf(times: FirstTokenTimes, more = {}): number | null {
  return createHedges({ times, hedgeAllowed: () => true }).delayMs({ ...deployment, ...more });
}

it('[HG1] nobody is slow before 30 of its calls are known', () => {
  expect(delayOf(timesOf(29, () => 1_000))).toBeNull();
  expect(delayOf(timesOf(30, () => 1_000))).toBe(1_000);
});

it('[HG1] late is later than 95 of 100 of its last calls, not before 800 ms, and before its own limit', () => {
  expect(delayOf(timesOf(100, (at) => 801 + at))).toBe(895);
  expect(delayOf(timesOf(100, (at) => at))).toBe(800);
  expect(delayOf(timesOf(100, () => 2_000))).toBeNull();
  expect(
    delayOf(
      timesOf(100, () => 2_000),
      { firstTokenTimeoutMs: 5_000 },
    ),
  ).toBe(2_000);
});

it('[HG1] its last 200 calls of a day count, and what was left unfinished counts with the time it was given', async () => {
  const clock = fakeClock();
  const times = timesOf(200, () => 5_000, clock);
  for (let at = 0; at < 200; at++) times.add('first', 900);
  expect(times.p95Ms('first')).toBe(900);
  await clock.advance(24 * 3_600_000 + 1);
  expect(times.p95Ms('first')).toBeNull();
});

it('[HG4] at most one ask in twenty is hedged, and at most ten are saved up', () => {
  const hedges = createHedges({ times: timesOf(0, () => 0), hedgeAllowed: () => true });
  let taken = 0;
  for (let at = 0; at < 1_000; at++) {
    hedges.earn();
    if (!hedges.mayTake()) continue;
    hedges.take();
    taken++;
  }
  expect(taken).toBe(50);
  for (let at = 0; at < 10_000; at++) hedges.earn();
  for (taken = 0; hedges.mayTake(); taken++) hedges.take();
  expect(taken).toBe(10);
});
