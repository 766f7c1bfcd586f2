import type { Database } from 'better-sqlite3';
import { Problem } from '#shared/problem.ts';
import { operationFailed } from './connection.ts';
import type { Call, Outcome } from './messages.ts';
import type { Operations } from './operations.ts';

/**
 * Runs the calls in order in one transaction. When the database fails one of them, nothing of the batch is kept, and
 * each call is run again by itself: then only those fail that fail alone.
 */
export function runBatch(database: Database, operations: Operations, calls: Call[]): Outcome[] {
  const together = inTransaction(database, () => calls.map((call) => attempt(operations, call)));
  if (together.ok) return together.value;
  if (calls.length === 1 || !together.began) return calls.map((call) => failed(call, together.cause));
  return calls.map((call) => {
    const alone = inTransaction(database, () => attempt(operations, call));
    return alone.ok ? alone.value : failed(call, alone.cause);
  });
}

type Transaction<Value> = { ok: true; value: Value } | { ok: false; began: boolean; cause: unknown };

function inTransaction<Value>(database: Database, run: () => Value): Transaction<Value> {
  let began = false;
  try {
    // Immediate: a write lock that is taken later can fail in the middle of the batch.
    database.exec('BEGIN IMMEDIATE');
    began = true;
    const value = run();
    database.exec('COMMIT');
    return { ok: true, value };
  } catch (cause) {
    if (database.inTransaction) database.exec('ROLLBACK');
    return { ok: false, began, cause };
  }
}

function attempt(operations: Operations, call: Call): Outcome {
  // The caller's `call` pairs each name with its input by type; here only the name is left of that.
  const operation = operations[call.name] as (input: unknown) => unknown;
  try {
    return { ok: true, value: operation(call.input) };
  } catch (cause) {
    if (cause instanceof Problem) return { ok: false, code: cause.code, sentence: cause.message };
    throw cause;
  }
}

function failed(call: Call, cause: unknown): Outcome {
  return { ok: false, code: 'storage_failed', sentence: operationFailed(call.name, cause) };
}
