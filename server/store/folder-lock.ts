import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Problem } from '#shared/problem.ts';

const LOCK_FILE = 'router.lock';

/** How long to wait for a router that is just ending. */
const WAIT_MS = 500;

/** A held data folder. */
export interface FolderLock {
  release(): void;
}

/**
 * Holds a data folder for one router; null when another has it; throws `storage_failed` with what to do. The lock is the system's own, taken through SQLite on an
 * empty file, so it is gone with its process however that ends: a file with a process id in it would outlive a `kill -9`.
 */
export function lockFolder(dataFolder: string): FolderLock | null {
  const file = join(dataFolder, LOCK_FILE);
  let database: Database.Database | null = null;
  try {
    closeSync(openSync(file, 'a', 0o600));
    database = new Database(file, { timeout: WAIT_MS });
    // Nothing is ever written, so no file of SQLite's own is wanted beside it.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    const held = database;
    return { release: () => void held.close() };
  } catch (cause) {
    database?.close();
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY')) return null;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem(
      'storage_failed',
      `The lock \`${file}\` cannot be taken (${reason}). Delete it, and start again.`,
      { cause },
    );
  }
}

/** Whether a router holds the folder now. It changes nothing, and does not wait. */
export function isFolderHeld(dataFolder: string): boolean {
  const file = join(dataFolder, LOCK_FILE);
  let database: Database.Database | null = null;
  try {
    database = new Database(file, { timeout: 0, fileMustExist: true, readonly: true });
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY');
  } finally {
    database?.close();
  }
}
