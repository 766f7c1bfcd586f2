import type { AskRow, AttemptRow, DeviceBatch } from '../ledger.ts';
import { bookCost } from './budget-operations.ts';
import { budgetStatements, type BudgetStatements } from './budget-statements.ts';
import type { Connection } from './connection.ts';
import type { Forgetting } from '../pseudonym.ts';
import { ledgerForgetting } from './forget-statements.ts';
import { ledgerStatements, type LedgerStatements } from './ledger-statements.ts';
import type { Schema } from './schema.ts';

/** Rows that one step of `prune` removes of each kind; others wait for the thread meanwhile. */
const PRUNE_STEP = 1_000;

/** Asks that one step of `forget` looks at. */
const FORGET_STEP = 10_000;

export interface LedgerEntry {
  ask: AskRow;
  attempts: AttemptRow[];
}

/** The ledger's writes, and its list of asks, as the thread runs them. */
export function ledgerOperations({ database }: Connection) {
  const statements = ledgerStatements(database);
  const budget = budgetStatements(database);
  const forgetting = ledgerForgetting(database);
  return {
    'ledger.record': (rows: { asks: AskRow[]; attempts: AttemptRow[] }) => recordRows(statements, budget, rows),
    'ledger.record-device': (batch: DeviceBatch) => recordBatch(statements, batch),
    'ledger.recent': (query: { tenant: string | null; limit: number }): LedgerEntry[] => {
      const asks = query.tenant === null ? statements.recent.all(query) : statements.recentOf.all(query);
      return asks.map((row) => ({ ask: askOf(row), attempts: statements.attemptsOf.all(row).map(attemptOf) }));
    },
    'ledger.forget-others': (whom: Forgetting): number => {
      for (const statement of forgetting.budgets) statement.run(whom);
      forgetting.batches.run(whom);
      return forgetting.events.run(whom);
    },
    /** One step, from an ask on; where the next begins. */
    'ledger.forget-asks': (step: Forgetting & { after: string }): { found: number; next: string | null } => {
      const next = forgetting.askAt.get({ after: step.after, offset: FORGET_STEP })?.request_id ?? null;
      return { found: forgetting.asks.run({ ...step, to: next }), next };
    },
    /** One step; whether more is left to do. */
    'ledger.prune': (cutoffs: { asksBeforeMs: number; attemptsBeforeMs: number }): boolean => {
      const old = statements.oldAsks.all({ beforeMs: cutoffs.asksBeforeMs, limit: PRUNE_STEP });
      for (const ask of old) {
        statements.removeAttempts.run(ask);
        statements.removeAsk.run(ask);
      }
      const removed = [
        statements.removeOldAttempts.run({ beforeMs: cutoffs.attemptsBeforeMs, limit: PRUNE_STEP }),
        statements.removeOldEvents.run({ beforeMs: cutoffs.asksBeforeMs, limit: PRUNE_STEP }),
        statements.removeOldBatches.run({ beforeMs: cutoffs.asksBeforeMs, limit: PRUNE_STEP }),
      ];
      return old.length === PRUNE_STEP || removed.includes(PRUNE_STEP);
    },
  };
}

function recordRows(
  statements: LedgerStatements,
  budget: BudgetStatements,
  rows: { asks: AskRow[]; attempts: AttemptRow[] },
): void {
  const late = rows.attempts.filter((attempt) => statements.addAttempt.run(attempt) > 0);
  // An ask costs what its attempts cost, whichever of them came first: one that ended late changes the sum.
  const added = rows.asks.filter((ask) => statements.addAsk.run(ask) > 0);
  for (const { request_id, run } of [...rows.asks, ...rows.attempts]) statements.sumCost.run({ request_id, run });
  for (const ask of added) bookCost(budget, ask, budget.knownCost.get(ask)?.cost ?? 0);
  const isAdded = new Set(added.map(({ request_id, run }) => `${request_id} ${run}`));
  for (const { request_id, run, cost_nano_usd: cost } of late) {
    if (cost === null || cost === 0 || isAdded.has(`${request_id} ${run}`)) continue;
    const row = budget.ask.get({ request_id, run });
    // An attempt whose ask is not there yet is counted with it.
    if (row !== undefined) bookCost(budget, askOf(row), cost);
  }
}

function recordBatch(statements: LedgerStatements, batch: DeviceBatch): { accepted: number; repeated: number } {
  if (batch.dropped > 0) statements.addBatch.run(batch);
  let accepted = 0;
  for (const event of batch.events) accepted += statements.addEvent.run({ batch, event });
  return { accepted, repeated: batch.events.length - accepted };
}

function askOf(row: Schema['ledger_ask']): AskRow {
  return {
    ...row,
    tokens_estimated: row.tokens_estimated === 1,
    cache_hit: row.cache_hit === 1,
    synthetic: row.synthetic === 1,
  };
}

function attemptOf(row: Schema['ledger_attempt']): AttemptRow {
  return { ...row, tokens_estimated: row.tokens_estimated === 1 };
}
