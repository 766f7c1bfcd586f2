import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import type { ScopeKind } from '../budget.ts';
import { prepareFor, queries, type Param } from './statement.ts';

export type BudgetStatements = ReturnType<typeof budgetStatements>;

/** A scope in one month. */
export interface ScopeKey {
  month: string;
  tenant_id: string;
  kind: ScopeKind;
  name: string;
}

interface RunOfAsk {
  askId: string;
  run: number;
}

interface RunOfRow {
  request_id: string;
  run: number;
}

const isScope = (param: Param<ScopeKey>) =>
  sql<boolean>`month = ${param((scope) => scope.month)} and tenant_id = ${param((scope) => scope.tenant_id)}
    and kind = ${param((scope) => scope.kind)} and name = ${param((scope) => scope.name)}`;

/** The budget's queries. */
export function budgetStatements(database: Database) {
  return { ...rows(database), ...standings(database), ...reservations(database), ...steps(database) };
}

/** Of the ledger, in whose transactions costs are booked. */
function rows(database: Database) {
  return {
    /** What is known of the cost of an ask's attempts; an unknown one counts as nothing here. */
    knownCost: prepareFor<RunOfRow>(database)((param) =>
      queries
        .selectFrom('ledger_attempt')
        .select((row) => row.fn.sum<number | null>('cost_nano_usd').as('cost'))
        .where(
          'request_id',
          '=',
          param((ask) => ask.request_id),
        )
        .where(
          'run',
          '=',
          param((ask) => ask.run),
        ),
    ),
    ask: prepareFor<RunOfRow>(database)((param) =>
      queries
        .selectFrom('ledger_ask')
        .selectAll()
        .where(
          'request_id',
          '=',
          param((ask) => ask.request_id),
        )
        .where(
          'run',
          '=',
          param((ask) => ask.run),
        ),
    ),
  };
}

function standings(database: Database) {
  return {
    find: prepareFor<ScopeKey>(database)((param) =>
      queries.selectFrom('budget').select(['spent_nano_usd', 'reserved_nano_usd']).where(isScope(param)),
    ),
    add: prepareFor<ScopeKey & { spent: number; reserved: number }>(database)((param) =>
      queries
        .insertInto('budget')
        .values({
          month: param((scope) => scope.month),
          tenant_id: param((scope) => scope.tenant_id),
          kind: param((scope) => scope.kind),
          name: param((scope) => scope.name),
          spent_nano_usd: param((scope) => scope.spent),
          reserved_nano_usd: param((scope) => scope.reserved),
        })
        .onConflict((conflict) =>
          conflict.columns(['month', 'tenant_id', 'kind', 'name']).doUpdateSet((row) => ({
            spent_nano_usd: sql<number>`budget.spent_nano_usd + ${row.ref('excluded.spent_nano_usd')}`,
            reserved_nano_usd: sql<number>`budget.reserved_nano_usd + ${row.ref('excluded.reserved_nano_usd')}`,
          })),
        ),
    ),
    forgetReserved: prepareFor<null>(database)(() =>
      queries.updateTable('budget').set({ reserved_nano_usd: 0 }).where('reserved_nano_usd', '<>', 0),
    ),
    lines: prepareFor<{ month: string; tenant: string | null; limit: number }>(database)((param) =>
      queries
        .selectFrom('budget')
        .selectAll()
        .where(
          'month',
          '=',
          param((query) => query.month),
        )
        .where(
          sql<boolean>`(${param((query) => query.tenant)} is null or tenant_id = ${param((query) => query.tenant)})`,
        )
        .orderBy(sql`kind <> 'tenant'`)
        .orderBy('spent_nano_usd', 'desc')
        .orderBy('tenant_id')
        .orderBy('name')
        .limit(param((query) => query.limit)),
    ),
    removeOld: prepareFor<{ beforeMonth: string }>(database)((param) =>
      queries.deleteFrom('budget').where(
        'month',
        '<',
        param((input) => input.beforeMonth),
      ),
    ),
  };
}

function reservations(database: Database) {
  const isRun = (param: Param<RunOfAsk>) =>
    sql<boolean>`ask_id = ${param((ask) => ask.askId)} and run = ${param((ask) => ask.run)}`;
  return {
    reservationsOf: prepareFor<RunOfAsk>(database)((param) =>
      queries.selectFrom('budget_reservation').selectAll().where(isRun(param)),
    ),
    expired: prepareFor<{ nowMs: number }>(database)((param) =>
      queries
        .selectFrom('budget_reservation')
        .selectAll()
        .where(
          'expires_at_ms',
          '<=',
          param((input) => input.nowMs),
        ),
    ),
    addReservation: prepareFor<RunOfAsk & ScopeKey & { amount: number; cap: number; expiresAtMs: number }>(database)(
      (param) =>
        queries.insertInto('budget_reservation').values({
          ask_id: param((one) => one.askId),
          run: param((one) => one.run),
          kind: param((one) => one.kind),
          name: param((one) => one.name),
          month: param((one) => one.month),
          tenant_id: param((one) => one.tenant_id),
          amount_nano_usd: param((one) => one.amount),
          cap_nano_usd: param((one) => one.cap),
          expires_at_ms: param((one) => Math.round(one.expiresAtMs)),
        }),
    ),
    removeReservations: prepareFor<RunOfAsk>(database)((param) =>
      queries.deleteFrom('budget_reservation').where(isRun(param)),
    ),
    removeAllReservations: prepareFor<null>(database)(() => queries.deleteFrom('budget_reservation')),
  };
}

function steps(database: Database) {
  return {
    addStep: prepareFor<ScopeKey & { percent: number; atMs: number }>(database)((param) =>
      queries
        .insertInto('budget_step')
        .values({
          month: param((step) => step.month),
          tenant_id: param((step) => step.tenant_id),
          kind: param((step) => step.kind),
          name: param((step) => step.name),
          percent: param((step) => step.percent),
          at_ms: param((step) => Math.round(step.atMs)),
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    stepsOf: prepareFor<ScopeKey>(database)((param) =>
      queries.selectFrom('budget_step').select(['percent', 'at_ms as atMs']).where(isScope(param)).orderBy('percent'),
    ),
    removeOldSteps: prepareFor<{ beforeMonth: string }>(database)((param) =>
      queries.deleteFrom('budget_step').where(
        'month',
        '<',
        param((input) => input.beforeMonth),
      ),
    ),
  };
}
