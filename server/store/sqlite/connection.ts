import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Problem } from '#shared/problem.ts';
import type { Sealer } from '../sealer.ts';
import { migrate } from './migrations.ts';

/** An open database, and whom to tell of a row that cannot be read. */
export interface Connection {
  database: Database.Database;
  /** Says in a sentence what was found damaged and what was done about it. */
  onDamage: (sentence: string) => void;
  /** Seals and opens answers and journal. */
  sealer: Sealer;
}

/** How long to wait for another program that holds the database, such as `layover link`. */
const BUSY_TIMEOUT_MS = 5_000;

/** The WAL file is cut back to this after a checkpoint. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** Opens (or makes) the database file, only readable by its owner, and brings it to this release's schema. */
export function openDatabase(file: string): Database.Database {
  if (file !== ':memory:') makeFile(file);
  let database: Database.Database | null = null;
  try {
    database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    // What is removed must not stand in the file for whoever reads the disk.
    database.pragma('secure_delete = ON');
    database.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
    migrate(database, file);
    return database;
  } catch (cause) {
    database?.close();
    throw cause instanceof Problem ? cause : new Problem('storage_failed', openingFailed(file, cause), { cause });
  }
}

function makeFile(file: string): void {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
  } catch (cause) {
    throw new Problem(
      'storage_failed',
      `The data folder \`${folder}\` cannot be written to (${reasonOf(cause)}). Make it writable, or set LAYOVER_DATA to another folder.`,
      { cause },
    );
  }
}

function openingFailed(file: string, cause: unknown): string {
  const code = codeOf(cause);
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return `The database \`${file}\` is damaged (${reasonOf(cause)}). Put a copy of it back, or move it away and start again with an empty one.`;
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return `The database \`${file}\` is held by another program. End that program, or use another data folder.`;
  }
  return `The database \`${file}\` cannot be opened (${reasonOf(cause)}). Make it writable, or set LAYOVER_DATA to another folder.`;
}

/** Why an operation on an open database failed, in a sentence. */
export function operationFailed(name: string, cause: unknown): string {
  const code = codeOf(cause);
  if (code.startsWith('SQLITE_FULL')) return `The disk of the data folder is full: \`${name}\` was not stored.`;
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return `The database is damaged: \`${name}\` failed (${reasonOf(cause)}). Stop the router and put a copy of the data folder back.`;
  }
  if (code.startsWith('SQLITE_BUSY')) return `Another program holds the database: \`${name}\` was not stored.`;
  return `\`${name}\` failed in the database (${reasonOf(cause)}).`;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
