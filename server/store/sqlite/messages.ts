import type { ProblemCode } from '#shared/problem.ts';
import type { OperationName } from './operations.ts';

/** What the thread is started with. */
export interface ThreadData {
  /** Path of the database, or `:memory:`. */
  file: string;
  cacheMaxBytes: number;
  /** `as-it-is`: nothing is sealed, and nothing looked through, as by a command beside the router. */
  sealing: 'as-it-is' | { key: Uint8Array | null };
}

export interface Call {
  name: OperationName;
  input: unknown;
}

/** How one call of a batch ended. */
export type Outcome = { ok: true; value: unknown } | { ok: false; code: ProblemCode; sentence: string };

/** What the router says to the thread. */
export type ToThread = { type: 'batch'; calls: Call[] } | { type: 'close' };

/** What the thread says to the router. */
export type FromThread =
  /** `unreadable`: rows that are sealed under a key that is not at hand. */
  | { type: 'ready'; unreadable: number }
  /** It could not open the database and is about to end. */
  | { type: 'refused'; sentence: string }
  /** One outcome for each call of the batch, in its order; what was written is committed. */
  | { type: 'outcomes'; outcomes: Outcome[] }
  | { type: 'damage'; sentence: string };
