import type { Clock } from '#shared/clock.ts';
import type { Log } from '#shared/log.ts';
import type { SloTargets } from '../config/configuration.ts';
import type { Ledger } from '../store/ledger.ts';
import { reportSlo } from './report.ts';

/** How often the ledger is asked, ms: a count over the whole window is nothing for every ask. */
const LOOK_MS = 60_000;

const DAY_MS = 86_400_000;

/** Watches the error budget, beside the asks. */
export interface ErrorBudget {
  /** Nothing of it is left; as of the last look, false before the first. */
  isBurned(): boolean;
  stop(): void;
}

export function watchErrorBudget(deps: {
  ledger: Pick<Ledger, 'figures'>;
  /** The targets in force. */
  slo: () => SloTargets;
  clock: Clock;
  log: Log;
}): ErrorBudget {
  const { ledger, slo, clock, log } = deps;
  let isBurned = false;
  let takeBack = (): void => undefined;
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const targets = slo();
      const toMs = clock.now();
      const fromMs = toMs - targets.windowDays * DAY_MS;
      const figures = await ledger.figures({ tenant: null, fromMs, toMs });
      const { error_budget: budget } = reportSlo(figures, targets, { fromMs, toMs });
      isBurned = budget.left <= 0 && budget.failed > 0;
    } catch (cause) {
      log.error({ err: cause }, 'The error budget could not be counted; it is taken as it was.');
    }
    if (!stopped) takeBack = clock.after(LOOK_MS, () => void look());
  }

  void look();
  return {
    isBurned: () => isBurned,
    stop() {
      stopped = true;
      takeBack();
    },
  };
}
