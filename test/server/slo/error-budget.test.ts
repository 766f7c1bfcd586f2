import { expect, it } from 'vitest';
import { watchErrorBudget } from '../../../server/slo/error-budget.ts';
import type { Figures } from '../../../server/store/ledger.ts';
import { fakeClock } from '../../fakes/clock.ts';

const slo = {
  successPercent: 99.5,
  firstTokenP95Seconds: 2.5,
  costAverageUsd: 0.015,
  windowDays: 30,
  expectedAsksPerMonth: 10_000,
};

/** 50 failures are allowed. */
function figuresOf(failed: number): Figures {
  const router = { answered: 1_000, failed, refused: 0, cancelled: 0, fromMemory: 0, firstTokenP95Ms: null };
  const cost = { costNanoUsd: 0, costP95NanoUsd: null, costKnown: 0, costUnknown: 0, firstAtMs: null };
  const device = { answered: 0, failed: 0, saved: 0, waited: 0, firstTokenP95Ms: null, dropped: 0, simulated: 0 };
  return { router: { ...router, ...cost, firstTokenCount: 0 }, device: { ...device, firstTokenCount: 0 } };
}

it('[HG6] the error budget is counted once a minute, and burned when nothing of it is left', async () => {
  const clock = fakeClock();
  let failed = 49;
  let looks = 0;
  const said: string[] = [];
  const note = (_about: object, text: string): void => void said.push(text);
  const ledger = {
    async figures() {
      looks++;
      if (failed < 0) throw new Error('The disk is gone.');
      return figuresOf(failed);
    },
  };
  const budget = watchErrorBudget({ ledger, slo: () => slo, clock, log: { info: note, warn: note, error: note } });
  await clock.settle();
  expect(budget.isBurned()).toBe(false);
  failed = 50;
  await clock.advance(59_999);
  expect([budget.isBurned(), looks]).toEqual([false, 1]);
  await clock.advance(1);
  expect([budget.isBurned(), looks]).toEqual([true, 2]);
  // A ledger that does not answer changes nothing, and is said.
  failed = -1;
  await clock.advance(60_000);
  expect([budget.isBurned(), said.length]).toEqual([true, 1]);
  budget.stop();
  expect(clock.timers()).toBe(0);
});
