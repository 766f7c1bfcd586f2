import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SloTargets } from '../../../server/config/configuration.ts';
import { ENOUGH_ASKS, reportSlo } from '../../../server/slo/report.ts';
import type { Figures } from '../../../server/store/ledger.ts';

const targets: SloTargets = {
  successPercent: 99.5,
  firstTokenP95Seconds: 2.5,
  costAverageUsd: 0.015,
  windowDays: 30,
  expectedAsksPerMonth: 10_000,
};
const window = { fromMs: 0, toMs: 30 * 86_400_000 };

function figures(router: Partial<Figures['router']> = {}, device: Partial<Figures['device']> = {}): Figures {
  return {
    router: {
      answered: 0,
      failed: 0,
      refused: 0,
      cancelled: 0,
      fromMemory: 0,
      firstTokenP95Ms: null,
      firstTokenCount: 0,
      costNanoUsd: 0,
      costP95NanoUsd: null,
      costKnown: 0,
      costUnknown: 0,
      cacheSavingsNanoUsd: 0,
      firstAtMs: null,
      ...router,
    },
    device: {
      answered: 0,
      failed: 0,
      saved: 0,
      waited: 0,
      firstTokenP95Ms: null,
      firstTokenCount: 0,
      dropped: 0,
      simulated: 0,
      ...device,
    },
  };
}

test('[T5] success is rounded down: 99.499 % does not read as the 99.5 % it misses', () => {
  const { success_percent: success } = reportSlo(figures({ answered: 99_499, failed: 501 }), targets, window).router;
  expect(success).toEqual({ value: 99.49, n: 100_000, enough: true, target: 99.5, met: false });
});

test('[T5] exactly the target is met', () => {
  const { success_percent: success } = reportSlo(figures({ answered: 995, failed: 5 }), targets, window).router;
  expect(success).toMatchObject({ value: 99.5, met: true });
});

test('[T5] waits and costs are rounded up', () => {
  const { router } = reportSlo(
    figures({
      firstTokenP95Ms: 2500.2,
      firstTokenCount: 40,
      costNanoUsd: 100,
      costKnown: 30,
      costP95NanoUsd: 7,
    }),
    targets,
    window,
  );
  expect(router.first_token_p95_seconds).toMatchObject({ value: 2.501, met: false });
  expect(router.cost_average_usd).toMatchObject({ value: 4e-9, n: 30, met: true });
  expect(router.cost_p95_usd).toMatchObject({ value: 7e-9, target: null, met: null });
});

test('[T6] fewer than 20 asks give no figure, and say so', () => {
  const few = reportSlo(figures({ answered: 19, firstTokenP95Ms: 100, firstTokenCount: 19 }), targets, window);
  expect(few.router.success_percent).toEqual({ value: null, n: 19, enough: false, target: 99.5, met: null });
  expect(few.router.first_token_p95_seconds).toMatchObject({ value: null, n: 19, enough: false, met: null });
  expect(few.router.cost_average_usd).toMatchObject({ value: null, n: 0, enough: false });
  const enough = reportSlo(figures({ answered: ENOUGH_ASKS }), targets, window);
  expect(enough.router.success_percent).toMatchObject({ value: 100, enough: true, met: true });
});

test('[T7] the error budget is what the target allows of the asks expected in the window', () => {
  const { error_budget: budget } = reportSlo(figures({ answered: 500, failed: 12 }), targets, window);
  expect(budget).toEqual({ allowed: 50, failed: 12, left: 38, left_percent: 76 });
});

test('[T7] a week has its share of the month, and 99.9 % allows no fraction less than it says', () => {
  const week = { ...targets, windowDays: 7, successPercent: 99.9, expectedAsksPerMonth: 30_000 };
  expect(reportSlo(figures(), week, window).error_budget).toMatchObject({ allowed: 7, left_percent: 100 });
});

test('[T7] an overspent budget is below zero; one of zero has no percentage', () => {
  expect(reportSlo(figures({ failed: 60 }), targets, window).error_budget).toMatchObject({
    left: -10,
    left_percent: -20,
  });
  const none = { ...targets, successPercent: 100 };
  expect(reportSlo(figures({ failed: 1 }), none, window).error_budget).toEqual({
    allowed: 0,
    failed: 1,
    left: -1,
    left_percent: null,
  });
});

test('[T8] what the devices felt stands beside it and changes nothing of it', () => {
  const report = reportSlo(
    figures({ answered: 30 }, { answered: 15, failed: 10, saved: 4, waited: 3, dropped: 2, simulated: 9 }),
    targets,
    window,
  );
  expect(report.router.success_percent.value).toBe(100);
  expect(report.device).toMatchObject({
    success_percent: { value: 60, n: 25 },
    saved: 4,
    waited: 3,
    dropped: 2,
    simulated: 9,
  });
});

test('[T5] no figure is ever better than the truth', () => {
  const count = fc.integer({ min: 0, max: 2_000_000 });
  fc.assert(
    fc.property(count, count, count, fc.integer({ min: 20, max: 1_000_000 }), (answered, failed, cost, known) => {
      const { router } = reportSlo(figures({ answered, failed, costNanoUsd: cost, costKnown: known }), targets, window);
      const success = router.success_percent.value;
      if (success !== null) expect(success).toBeLessThanOrEqual((answered * 100) / (answered + failed) + 1e-9);
      expect((router.cost_average_usd.value ?? 0) * 1e9 + 1e-6).toBeGreaterThanOrEqual(cost / known);
    }),
  );
});
