import { Problem } from '#shared/problem.ts';
import { KEEP_MONTHS, monthBefore, monthOf, type Budget } from '../budget.ts';
import type { Database } from './client.ts';

/** The budget in SQLite. */
export function openBudget(database: Database): Budget {
  return {
    async reserve({ arrivedAtMs, ...reservation }) {
      const { askId, amountNanoUsd } = reservation;
      if (!Number.isSafeInteger(amountNanoUsd) || amountNanoUsd < 0)
        throw new Problem(
          'broken',
          `\`${amountNanoUsd}\` cannot be set aside for ask \`${askId}\`: it is no whole number.`,
        );
      return database.call('budget.reserve', { ...reservation, month: monthOf(arrivedAtMs) });
    },
    release: (run) => database.call('budget.release', run),
    recover: () => database.call('budget.recover', null),
    lines: ({ monthOfMs, ...query }) => database.call('budget.lines', { ...query, month: monthOf(monthOfMs) }),
    prune: (nowMs) => database.call('budget.prune', { beforeMonth: monthBefore(nowMs, KEEP_MONTHS - 1), nowMs }),
  };
}
