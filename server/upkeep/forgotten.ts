import type { Clock } from '#shared/clock.ts';
import type { AskRow, Ledger } from '../store/ledger.ts';
import { pseudonymOf, type Forgetting } from '../store/pseudonym.ts';

/** How long rows of somebody who was forgotten may still come, ms: longer than any ask runs. */
const LATE_MS = 3_600_000;

/** Most that are remembered for it; the oldest go first. */
const MAX_REMEMBERED = 1_000;

/** Keeps, in memory only and not for long, who was just forgotten: what was under way then is booked after it. */
export interface Forgotten {
  add(whom: Forgetting): void;
  /** The name under which a row of that moment is to be kept. */
  nameFor(person: { tenant: string; user: string }, arrivedAtMs: number): string;
}

export function rememberForgotten(clock: Clock): Forgotten {
  let remembered: (Forgetting & { atMs: number })[] = [];
  return {
    add(whom) {
      const atMs = clock.now();
      remembered = [...remembered.filter((one) => one.atMs > atMs - LATE_MS), { ...whom, atMs }].slice(-MAX_REMEMBERED);
    },
    nameFor({ tenant, user }, arrivedAtMs) {
      const whom = remembered.find(
        (one) => one.tenant === tenant && (one.user ?? user) === user && arrivedAtMs <= one.atMs,
      );
      return whom === undefined ? user : pseudonymOf(whom.salt, { tenant, user });
    },
  };
}

/** A ledger that books what comes late of somebody who was forgotten under the pseudonym of the rest. */
export function hideForgotten(ledger: Ledger, forgotten: Forgotten): Ledger {
  const hidden = (row: AskRow): AskRow => ({
    ...row,
    user_id: forgotten.nameFor({ tenant: row.tenant_id, user: row.user_id }, row.arrived_at_ms),
  });
  return {
    record: (asks, attempts) => ledger.record(asks.map(hidden), attempts),
    recordDevice: (batch) => ledger.recordDevice({ ...batch, user: forgotten.nameFor(batch, batch.receivedAtMs) }),
    figures: (query) => ledger.figures(query),
    recent: (query) => ledger.recent(query),
    forget: (whom) => ledger.forget(whom),
    prune: (cutoffs) => ledger.prune(cutoffs),
  };
}
