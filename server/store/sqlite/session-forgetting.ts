import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import { MAX_SESSIONS } from '../sessions.ts';
import { prepareFor, queries } from './statement.ts';

interface Whom {
  tenant: string;
  user: string | null;
}

/** The queries by which a person's sessions and links go. */
export function sessionForgetting(database: Database) {
  const remove = (table: 'session' | 'link') =>
    prepareFor<Whom>(database)((param) =>
      queries
        .deleteFrom(table)
        .where(
          'tenant_id',
          '=',
          param((whom) => whom.tenant),
        )
        .where(sql<boolean>`(${param((whom) => whom.user)} is null or user_id = ${param((whom) => whom.user)})`),
    );
  return {
    sessions: remove('session'),
    links: remove('link'),
    remember: prepareFor<Whom>(database)((param) =>
      queries
        .insertInto('forgotten_session')
        .columns(['token_hash', 'expires_at_ms'])
        .expression((from) =>
          from
            .selectFrom('session')
            .select(['token_hash', 'expires_at_ms'])
            .where(
              'tenant_id',
              '=',
              param((whom) => whom.tenant),
            )
            .where(sql<boolean>`(${param((whom) => whom.user)} is null or user_id = ${param((whom) => whom.user)})`),
        ),
    ),
    /** Those that would have ended first are no longer told. */
    trim: prepareFor<null>(database)(() =>
      queries
        .deleteFrom('forgotten_session')
        .where('token_hash', 'in', (from) =>
          from
            .selectFrom('forgotten_session')
            .select('token_hash')
            .orderBy('expires_at_ms', 'desc')
            .limit(MAX_SESSIONS)
            .offset(MAX_SESSIONS),
        ),
    ),
    find: prepareFor<{ tokenHash: string; nowMs: number }>(database)((param) =>
      queries
        .selectFrom('forgotten_session')
        .select('token_hash')
        .where(
          'token_hash',
          '=',
          param((query) => query.tokenHash),
        )
        .where(
          'expires_at_ms',
          '>',
          param((query) => query.nowMs),
        ),
    ),
    prune: prepareFor<{ nowMs: number }>(database)((param) =>
      queries.deleteFrom('forgotten_session').where(
        'expires_at_ms',
        '<=',
        param((input) => input.nowMs),
      ),
    ),
  };
}
