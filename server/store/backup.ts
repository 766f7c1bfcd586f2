import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Problem } from '#shared/problem.ts';

/** How long to wait for a router that is opening or closing the database, ms. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Writes the database of a data folder, as it stands at one moment, into a new file that only its owner may read; a router may run
 * and write meanwhile. The file is a whole `layover.db`. Throws `storage_failed`; then no file is left.
 */
export function backUp(dataFolder: string, file: string): { bytes: number } {
  const source = join(dataFolder, 'layover.db');
  if (!existsSync(source))
    throw new Problem('storage_failed', `There is no Layover in \`${dataFolder}\`, so nothing was copied.`);
  makeFile(file);
  try {
    const database = new Database(source, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      // One read of one moment: the backup API begins anew whenever another process writes, and under load never ends.
      database.prepare('VACUUM INTO ?').run(file);
    } finally {
      database.close();
    }
    return { bytes: statSync(file).size };
  } catch (cause) {
    rmSync(file, { force: true });
    throw new Problem('storage_failed', `The copy \`${file}\` was not made (${reasonOf(cause)}).`, { cause });
  }
}

/** Empty, for its owner, and only where nothing stands. */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (cause) {
    const stands = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    const why = stands ? 'is there already, and was left as it is' : `cannot be written (${reasonOf(cause)})`;
    throw new Problem('storage_failed', `The file \`${file}\` ${why}. Name another one.`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
