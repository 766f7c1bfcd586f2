import { Problem } from '#shared/problem.ts';
import type { AskRow, AttemptRow, Ledger } from '../ledger.ts';
import type { Database } from './client.ts';

/** The ledger in SQLite. */
export function openLedger(database: Database): Ledger {
  return {
    async record(asks, attempts) {
      for (const row of [...asks, ...attempts]) checkCost(row);
      if (asks.length + attempts.length > 0) await database.call('ledger.record', { asks, attempts });
    },
    recordDevice: (batch) => database.call('ledger.record-device', batch),
    figures: (query) => database.call('ledger.figures', query),
    recent: (query) => database.call('ledger.recent', query),
    async forget(whom) {
      let found = await database.call('ledger.forget-others', whom);
      for (let after: string | null = ''; after !== null;) {
        const step: { found: number; next: string | null } = await database.call('ledger.forget-asks', {
          ...whom,
          after,
        });
        found += step.found;
        after = step.next;
      }
      return found;
    },
    async prune(cutoffs) {
      while (await database.call('ledger.prune', cutoffs));
    },
  };
}

function checkCost({ request_id, cost_nano_usd: cost }: AskRow | AttemptRow): void {
  if (cost === null || (Number.isSafeInteger(cost) && cost >= 0)) return;
  throw new Problem(
    'broken',
    `The cost of ask \`${request_id}\` is \`${cost}\`, not a whole number of nano-dollars. Its row was not written.`,
  );
}
