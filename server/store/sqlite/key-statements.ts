import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import type { NewKey } from '../keys.ts';
import { prepareFor, queries } from './statement.ts';

/** When a key died: it was revoked or its time was up, whichever came first; null while neither is set. */
const diedAtMs = sql<number | null>`coalesce(min(revoked_at_ms, expires_at_ms), revoked_at_ms, expires_at_ms)`;

/** The queries of virtual keys. */
export function keyStatements(database: Database) {
  const keys = queries.selectFrom('api_key').selectAll();
  return {
    add: prepareFor<NewKey>(database)((param) =>
      queries.insertInto('api_key').values({
        key_id: param((key) => key.id),
        token_hash: param((key) => key.tokenHash),
        ends_with: param((key) => key.endsWith),
        name: param((key) => key.name),
        tenant_id: param((key) => key.tenant),
        user_id: param((key) => key.user),
        role: param((key) => key.role),
        features: param((key) => (key.features === null ? null : JSON.stringify(key.features))),
        monthly_cost_nano_usd: param(({ caps }) => caps.monthlyCostNanoUsd),
        asks_per_second: param(({ caps }) => caps.asksPerSecond),
        burst: param(({ caps }) => caps.burst),
        names_users: param((key) => Number(key.namesUsers)),
        created_at_ms: param((key) => Math.round(key.createdAtMs)),
        expires_at_ms: param((key) => (key.expiresAtMs === null ? null : Math.round(key.expiresAtMs))),
      }),
    ),
    count: prepareFor<null>(database)(() =>
      queries.selectFrom('api_key').select((row) => row.fn.countAll<number>().as('count')),
    ),
    find: prepareFor<{ tokenHash: string }>(database)((param) =>
      keys.where(
        'token_hash',
        '=',
        param((query) => query.tokenHash),
      ),
    ),
    byId: prepareFor<{ id: string }>(database)((param) =>
      keys.where(
        'key_id',
        '=',
        param((query) => query.id),
      ),
    ),
    list: prepareFor<{ tenant: string | null }>(database)((param) =>
      keys
        .where(
          sql<boolean>`(${param((query) => query.tenant)} is null or tenant_id = ${param((query) => query.tenant)})`,
        )
        .orderBy('created_at_ms', 'desc')
        .orderBy('key_id'),
    ),
    revoke: prepareFor<{ id: string; atMs: number }>(database)((param) =>
      queries
        .updateTable('api_key')
        .set({ revoked_at_ms: param((input) => Math.round(input.atMs)) })
        .where(
          'key_id',
          '=',
          param((input) => input.id),
        )
        .where('revoked_at_ms', 'is', null),
    ),
    noteUse: prepareFor<{ id: string; atMs: number }>(database)((param) =>
      queries
        .updateTable('api_key')
        .set({
          last_used_at_ms: sql<number>`max(coalesce(last_used_at_ms, 0), ${param((use) => Math.round(use.atMs))})`,
        })
        .where(
          'key_id',
          '=',
          param((use) => use.id),
        ),
    ),
    removeDeadest: prepareFor<{ nowMs: number }>(database)((param) =>
      queries.deleteFrom('api_key').where('key_id', '=', (from) =>
        from
          .selectFrom('api_key')
          .select('key_id')
          .where(
            diedAtMs,
            '<=',
            param((input) => Math.round(input.nowMs)),
          )
          .orderBy(diedAtMs)
          .limit(1),
      ),
    ),
    forget: prepareFor<{ tenant: string; user: string | null }>(database)((param) =>
      queries
        .deleteFrom('api_key')
        .where(
          'tenant_id',
          '=',
          param((whom) => whom.tenant),
        )
        .where(sql<boolean>`(${param((whom) => whom.user)} is null or user_id = ${param((whom) => whom.user)})`),
    ),
    prune: prepareFor<{ beforeMs: number }>(database)((param) =>
      queries.deleteFrom('api_key').where(
        diedAtMs,
        '<=',
        param((input) => Math.round(input.beforeMs)),
      ),
    ),
  };
}
