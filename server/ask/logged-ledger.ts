import type { Log } from '#shared/log.ts';
import type { Ledger } from '../store/ledger.ts';

/** One line for each ask that ended; the rows hold no word of prompt or answer. */
export function logAsks(ledger: Ledger, log: Log): Ledger {
  return {
    record(asks, attempts) {
      for (const ask of asks) log.info({ ask }, 'An ask ended.');
      return ledger.record(asks, attempts);
    },
    recordDevice: (batch) => ledger.recordDevice(batch),
    figures: (query) => ledger.figures(query),
    recent: (query) => ledger.recent(query),
    forget: (whom) => ledger.forget(whom),
    prune: (cutoffs) => ledger.prune(cutoffs),
  };
}
