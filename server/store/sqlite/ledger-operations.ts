import type { AskRow, AttemptRow, DeviceBatch } from '../ledger.ts';
import type { Connection } from './connection.ts';
import { ledgerStatements, type LedgerStatements } from './ledger-statements.ts';
import type { Schema } from './schema.ts';

/** Rows that one step of `prune` removes of each kind; others wait for the thread meanwhile. */
const PRUNE_STEP = 1_000;

export interface LedgerEntry {
  ask: AskRow;
  attempts: AttemptRow[];
}

/** The ledger's writes, and its list of asks, as the thread runs them. */
export function ledgerOperations({ database }: Connection) {
  const statements = ledgerStatements(database);
  return {
    'ledger.record': (rows: { asks: AskRow[]; attempts: AttemptRow[] }) => recordRows(statements, rows),
    'ledger.record-device': (batch: DeviceBatch) => recordBatch(statements, batch),
    'ledger.recent': (query: { tenant: string | null; limit: number }): LedgerEntry[] => {
      const asks = query.tenant === null ? statements.recent.all(query) : statements.recentOf.all(query);
      return asks.map((row) => ({ ask: askOf(row), attempts: statements.attemptsOf.all(row).map(attemptOf) }));
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

function recordRows(statements: LedgerStatements, rows: { asks: AskRow[]; attempts: AttemptRow[] }): void {
  for (const attempt of rows.attempts) statements.addAttempt.run(attempt);
  // An ask costs what its attempts cost, whichever of them came first: one that ended late changes the sum.
  for (const ask of rows.asks) statements.addAsk.run(ask);
  for (const { request_id, run } of [...rows.asks, ...rows.attempts]) statements.sumCost.run({ request_id, run });
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
