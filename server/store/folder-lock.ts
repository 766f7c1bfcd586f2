import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

const LOCK_FILE = 'router.lock';

/** How long to wait for a router that is just ending. */
const WAIT_MS = 500;

/** A held data folder. */
export interface FolderLock {
  release(): void;
}

/**
 * Holds a data folder for one router; null when another has it. The lock is the system's own, taken through SQLite on an
 * empty file, so it is gone with its process however that ends: a file with a process id in it would outlive a `kill -9`.
 */
export function lockFolder(dataFolder: string): FolderLock | null {
  const file = join(dataFolder, LOCK_FILE);
  closeSync(openSync(file, 'a', 0o600));
  const database = new Database(file, { timeout: WAIT_MS });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => void database.close() };
  } catch (cause) {
    database.close();
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY')) return null;
    throw cause;
  }
}
