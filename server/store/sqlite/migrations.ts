import type { Database } from 'better-sqlite3';
import { Problem } from '#shared/problem.ts';
import { first } from './migrations/0001-first.ts';
import { cutAsks } from './migrations/0002-cut-asks.ts';
import { roles } from './migrations/0003-roles.ts';
import { keys } from './migrations/0004-keys.ts';
import { budget } from './migrations/0005-budget.ts';
import { origins } from './migrations/0006-origins.ts';
import { calls } from './migrations/0007-calls.ts';
import { degraded } from './migrations/0008-degraded.ts';
import { tokenKinds } from './migrations/0009-token-kinds.ts';
import { cacheSavings } from './migrations/0010-cache-savings.ts';
import { forgotten } from './migrations/0011-forgotten.ts';

/** Every migration in order; the version of a database is how many of them it has had. */
const MIGRATIONS = [first, cutAsks, roles, keys, budget, origins, calls, degraded, tokenKinds, cacheSavings, forgotten];

/** The version of a database that this release writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings a database to this release's schema in one transaction, or refuses one that a newer release has written. */
export function migrate(database: Database, name: string): void {
  const run = database.transaction(() => {
    const found = Number(database.pragma('user_version', { simple: true }));
    if (found > SCHEMA_VERSION) {
      throw new Problem(
        'storage_failed',
        `The database \`${name}\` was written by a newer Layover: its version is ${found}, this one knows up to ${SCHEMA_VERSION}. Start the newer Layover, or use another data folder.`,
      );
    }
    for (const statements of MIGRATIONS.slice(found)) database.exec(statements);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  // Exclusive, so that of two programs that start together one migrates and the other finds it done.
  run.exclusive();
}
