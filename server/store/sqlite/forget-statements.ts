import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import { pseudonymOf, type Forgetting } from '../pseudonym.ts';
import { prepareFor, queries } from './statement.ts';

/** A part of a table, by its ids. */
export interface Range {
  /** Exclusive; empty for the beginning. */
  after: string;
  /** Inclusive; null for the end. */
  to: string | null;
}

type InRange = Forgetting & Range;

/** The queries by which a person goes from the ledger and from the budgets. */
export function ledgerForgetting(database: Database) {
  database.function('pseudonym', { deterministic: true }, (salt, tenant, user) =>
    pseudonymOf(String(salt), { tenant: String(tenant), user: String(user) }),
  );
  const renamed = (column: 'user_id' | 'name', salt: unknown) =>
    sql<string>`pseudonym(${salt}, tenant_id, ${sql.ref(column)})`;
  const rename = (table: 'device_event' | 'device_batch') =>
    prepareFor<Forgetting>(database)((param) =>
      queries
        .updateTable(table)
        .set({
          user_id: renamed(
            'user_id',
            param(({ salt }) => salt),
          ),
        })
        .where(
          'tenant_id',
          '=',
          param(({ tenant }) => tenant),
        )
        .where(sql<boolean>`(${param(({ user }) => user)} is null or user_id = ${param(({ user }) => user)})`)
        .where('user_id', 'not like', '~%'),
    );
  const renameScope = (table: 'budget' | 'budget_step' | 'budget_reservation') =>
    prepareFor<Forgetting>(database)((param) =>
      queries
        .updateTable(table)
        .set({
          name: renamed(
            'name',
            param(({ salt }) => salt),
          ),
        })
        .where(
          'tenant_id',
          '=',
          param(({ tenant }) => tenant),
        )
        .where('kind', '=', 'user')
        .where(sql<boolean>`(${param(({ user }) => user)} is null or name = ${param(({ user }) => user)})`)
        .where('name', 'not like', '~%'),
    );
  return {
    asks: prepareFor<InRange>(database)((param) =>
      queries
        .updateTable('ledger_ask')
        .set({
          user_id: renamed(
            'user_id',
            param(({ salt }) => salt),
          ),
        })
        .where(
          'request_id',
          '>',
          param(({ after }) => after),
        )
        .where(sql<boolean>`(${param(({ to }) => to)} is null or request_id <= ${param(({ to }) => to)})`)
        .where(
          'tenant_id',
          '=',
          param(({ tenant }) => tenant),
        )
        .where(sql<boolean>`(${param(({ user }) => user)} is null or user_id = ${param(({ user }) => user)})`)
        .where('user_id', 'not like', '~%'),
    ),
    /** The last id of the next part. */
    askAt: prepareFor<{ after: string; offset: number }>(database)((param) =>
      queries
        .selectFrom('ledger_ask')
        .select('request_id')
        .where(
          'request_id',
          '>',
          param((input) => input.after),
        )
        .orderBy('request_id')
        .limit(1)
        .offset(param((input) => input.offset)),
    ),
    events: rename('device_event'),
    batches: rename('device_batch'),
    budgets: [renameScope('budget'), renameScope('budget_step'), renameScope('budget_reservation')],
  };
}

/** The queries by which a person goes from the journal. */
export function journalForgetting(database: Database) {
  const own = prepareFor<Omit<Forgetting, 'salt'> & Range>(database)((param) =>
    queries
      .selectFrom('ask')
      .select('ask_id')
      .where(
        'ask_id',
        '>',
        param(({ after }) => after),
      )
      .where(sql<boolean>`(${param(({ to }) => to)} is null or ask_id <= ${param(({ to }) => to)})`)
      .where(
        'tenant_id',
        '=',
        param(({ tenant }) => tenant),
      )
      .where(sql<boolean>`(${param(({ user }) => user)} is null or user_id = ${param(({ user }) => user)})`),
  );
  const askAt = prepareFor<{ after: string; offset: number }>(database)((param) =>
    queries
      .selectFrom('ask')
      .select('ask_id')
      .where(
        'ask_id',
        '>',
        param((input) => input.after),
      )
      .orderBy('ask_id')
      .limit(1)
      .offset(param((input) => input.offset)),
  );
  return { own, askAt };
}
