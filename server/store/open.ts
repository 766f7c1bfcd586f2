import { join } from 'node:path';
import type { Problem } from '#shared/problem.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { Budget } from './budget.ts';
import type { Journal } from './journal.ts';
import type { Keys } from './keys.ts';
import type { Ledger } from './ledger.ts';
import type { Meta } from './meta.ts';
import type { Sessions } from './sessions.ts';
import { openAnswerCache } from './sqlite/answer-cache.ts';
import { openBudget } from './sqlite/budget.ts';
import { DatabaseThread, type Database } from './sqlite/client.ts';
import { openJournal } from './sqlite/journal.ts';
import { openKeys } from './sqlite/keys.ts';
import { openLedger } from './sqlite/ledger.ts';
import { openMeta } from './sqlite/meta.ts';
import { openSessions } from './sqlite/sessions.ts';

/** Everything that the router stores. */
export interface Stores {
  journal: Journal;
  cache: AnswerCache;
  ledger: Ledger;
  budget: Budget;
  sessions: Sessions;
  keys: Keys;
  meta: Meta;
  /** Writes what is pending and lets go of the files. Calls after it reject with `storage_failed`. */
  close: () => Promise<void>;
}

export interface StoreOptions {
  /** Folder of the database `layover.db`; made when it is not there. `:memory:` keeps everything in memory, for tests. */
  dataFolder: string;
  /** Told of what nobody waits for: a row that cannot be read back, and, once, the end of the database thread. */
  onProblem: (problem: Problem) => void;
  /** How answers and journal are kept: sealed under a key, or open (null). Left out: nothing is sealed, and nothing is looked through. */
  sealing?: { key: Uint8Array | null };
  /** Most bytes of saved answers. Default 256 MB. */
  cacheMaxBytes?: number;
}

const DATABASE_FILE = 'layover.db';
const CACHE_MAX_BYTES = 256 * 1024 * 1024;

/** Opens the stores of a data folder, in a thread of their own; rejects with `storage_failed` and what to do about it. */
export async function openStores({
  dataFolder,
  onProblem,
  sealing,
  cacheMaxBytes = CACHE_MAX_BYTES,
}: StoreOptions): Promise<Stores & { unreadable: number }> {
  const file = dataFolder === ':memory:' ? dataFolder : join(dataFolder, DATABASE_FILE);
  const data = { file, cacheMaxBytes, sealing: sealing ?? ('as-it-is' as const) };
  const thread = await DatabaseThread.start(data, onProblem);
  return { ...storesOver(thread), unreadable: thread.unreadable };
}

/** The stores over an open database. */
export function storesOver(database: Database): Stores {
  return {
    journal: openJournal(database),
    cache: openAnswerCache(database),
    ledger: openLedger(database),
    budget: openBudget(database),
    sessions: openSessions(database),
    keys: openKeys(database),
    meta: openMeta(database),
    close: () => database.close(),
  };
}
