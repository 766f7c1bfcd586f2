import { answerOperations } from './answer-operations.ts';
import { budgetOperations } from './budget-operations.ts';
import type { Connection } from './connection.ts';
import { figuresOperations } from './figures-operations.ts';
import { journalOperations } from './journal-operations.ts';
import { keyOperations } from './key-operations.ts';
import { ledgerOperations } from './ledger-operations.ts';
import { metaOperations } from './meta-operations.ts';
import { sessionOperations } from './session-operations.ts';

/**
 * Everything that the thread does with the database, by name. An operation that throws a Problem throws it before its
 * first write, so that the others of its batch stand.
 */
export function prepareOperations(connection: Connection, cacheMaxBytes: number) {
  return {
    ...journalOperations(connection),
    ...answerOperations(connection, cacheMaxBytes),
    ...ledgerOperations(connection),
    ...figuresOperations(connection),
    ...sessionOperations(connection),
    ...keyOperations(connection),
    ...metaOperations(connection),
    ...budgetOperations(connection),
  };
}

export type Operations = ReturnType<typeof prepareOperations>;
export type OperationName = keyof Operations;
export type InputOf<Name extends OperationName> = Parameters<Operations[Name]>[0];
export type OutputOf<Name extends OperationName> = ReturnType<Operations[Name]>;
