import type { SloFigure, SloReport } from '#shared/console-wire.ts';
import type { SloTargets } from '../config/configuration.ts';
import type { Figures } from '../store/ledger.ts';

/** Fewer asks than this tell nothing: no figure is given. */
export const ENOUGH_ASKS = 20;

/** The month that `expected_asks_per_month` speaks of. */
const MONTH_DAYS = 30;

/** The report of a window from its counts and sums. */
export function reportSlo(figures: Figures, targets: SloTargets, window: { fromMs: number; toMs: number }): SloReport {
  const { router, device } = figures;
  return {
    window: {
      from_ms: window.fromMs,
      to_ms: window.toMs,
      days: targets.windowDays,
      first_ask_at_ms: router.firstAtMs,
    },
    router: {
      success_percent: success(router, targets),
      first_token_p95_seconds: firstToken(router, targets),
      cost_average_usd: atMost(averageCost(router), router.costKnown, targets.costAverageUsd),
      cost_p95_usd: atMost(nanoToUsd(router.costP95NanoUsd), router.costKnown, null),
      answered: router.answered,
      failed: router.failed,
      refused: router.refused,
      cancelled: router.cancelled,
      from_memory: router.fromMemory,
      cost_unknown: router.costUnknown,
      cache_savings_nano_usd: router.cacheSavingsNanoUsd ?? 0,
    },
    error_budget: errorBudget(router.failed, targets),
    device: {
      success_percent: success(device, targets),
      first_token_p95_seconds: firstToken(device, targets),
      answered: device.answered,
      failed: device.failed,
      saved: device.saved,
      waited: device.waited,
      dropped: device.dropped,
      simulated: device.simulated,
    },
  };
}

/** In hundredths of a percent, down: 99.499 % must not read as a met 99.5 %. */
function success(counts: { answered: number; failed: number }, targets: SloTargets): SloFigure {
  const n = counts.answered + counts.failed;
  const enough = n >= ENOUGH_ASKS;
  const value = enough ? Math.floor((counts.answered * 10_000) / n) / 100 : null;
  return {
    value,
    n,
    enough,
    target: targets.successPercent,
    // By the counts, not by the rounded figure.
    met: enough ? counts.answered * 100 >= targets.successPercent * n : null,
  };
}

/** In whole milliseconds, up. */
function firstToken(
  counts: { firstTokenP95Ms: number | null; firstTokenCount: number },
  targets: SloTargets,
): SloFigure {
  const seconds = counts.firstTokenP95Ms === null ? null : Math.ceil(counts.firstTokenP95Ms) / 1000;
  return atMost(seconds, counts.firstTokenCount, targets.firstTokenP95Seconds);
}

function atMost(figure: number | null, n: number, target: number | null): SloFigure {
  const enough = n >= ENOUGH_ASKS;
  const value = enough ? figure : null;
  return { value, n, enough, target, met: value === null || target === null ? null : value <= target };
}

function averageCost(router: Figures['router']): number | null {
  if (router.costKnown === 0) return null;
  return nanoToUsd(Math.ceil(router.costNanoUsd / router.costKnown));
}

/** Dollars in whole nano-dollars: the division of two whole numbers gives the decimal nearest to it. */
function nanoToUsd(nanoUsd: number | null): number | null {
  return nanoUsd === null ? null : Math.ceil(nanoUsd) / 1e9;
}

function errorBudget(failed: number, targets: SloTargets): SloReport['error_budget'] {
  const expected = (targets.expectedAsksPerMonth * targets.windowDays) / MONTH_DAYS;
  // In thousandths of a percent, so that 100 − 99.9 is not 0.0999….
  const allowedShare = Math.round((100 - targets.successPercent) * 1000);
  const allowed = Math.floor((expected * allowedShare) / 100_000);
  const left = allowed - failed;
  return { allowed, failed, left, left_percent: allowed === 0 ? null : Math.floor((left * 100) / allowed) };
}
