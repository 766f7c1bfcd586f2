import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import { Problem } from '#shared/problem.ts';
import type { Figures, FiguresQuery } from '../ledger.ts';
import type { Connection } from './connection.ts';
import { prepareFor, queries, type Param } from './statement.ts';

type Ranked = FiguresQuery & { offset: number };

/** The share of values that the percentile covers. */
const PERCENTILE = 0.95;

/** The ledger's figures, as the thread runs them: counts and sums in one pass each, a percentile by its rank. */
export function figuresOperations({ database }: Connection) {
  const router = routerStatements(database);
  const device = deviceStatements(database);
  return {
    'ledger.figures': (query: FiguresQuery): Figures => {
      const asks = router.counts.get(query);
      const events = device.counts.get(query);
      if (asks === undefined || events === undefined) throw new Error('A query of counts gave no row.');
      return {
        router: {
          ...asks,
          costNanoUsd: exact(asks.costNanoUsd),
          cacheSavingsNanoUsd: exact(router.savings.get(query)?.nanoUsd ?? '0'),
          firstTokenP95Ms: router.firstToken.get(rank(query, asks.firstTokenCount))?.value ?? null,
          costP95NanoUsd: router.cost.get(rank(query, asks.costKnown))?.value ?? null,
        },
        device: {
          ...events,
          dropped: device.dropped.get(query)?.dropped ?? 0,
          firstTokenP95Ms: device.firstToken.get(rank(query, events.firstTokenCount))?.value ?? null,
        },
      };
    },
  };
}

/** Nearest rank: of n values in order the one at ceil(0.95 n), counted from 1. */
function rank(query: FiguresQuery, count: number): Ranked {
  return { ...query, offset: Math.max(0, Math.ceil(PERCENTILE * count) - 1) };
}

/** A sum that SQLite made in 64 bits, as a number that is exactly it. */
function exact(sum: string): number {
  const value = Number(sum);
  if (!Number.isSafeInteger(value)) {
    throw new Problem(
      'storage_failed',
      `The costs add up to ${sum} nano-dollars, more than can be shown exactly. Ask for a shorter window.`,
    );
  }
  return value;
}

function isTenant<Input extends FiguresQuery>(param: Param<Input>) {
  return sql<boolean>`(${param((query) => query.tenant)} is null or tenant_id = ${param((query) => query.tenant)})`;
}

function count(condition: ReturnType<typeof sql<boolean>>) {
  return sql<number>`count(*) filter (where ${condition})`;
}

/** L12: of which asks the cost is known, and tells something. */
const hasCost = sql<boolean>`(cost_nano_usd > 0 or (cost_nano_usd = 0 and outcome = 'answered'))`;

function routerStatements(database: Database) {
  /** L3: what is counted. */
  const counted = <Input extends FiguresQuery>(param: Param<Input>) =>
    queries
      .selectFrom('ledger_ask')
      .where(
        'arrived_at_ms',
        '>=',
        param((query) => query.fromMs),
      )
      .where(
        'arrived_at_ms',
        '<',
        param((query) => query.toMs),
      )
      .where(sql<boolean>`synthetic = 0`)
      .where(sql<boolean>`delivery <> 'replay'`)
      .where(isTenant(param));
  return {
    counts: prepareFor<FiguresQuery>(database)((param) =>
      counted(param).select([
        count(sql`outcome = 'answered'`).as('answered'),
        count(sql`outcome in ('failed', 'incomplete')`).as('failed'),
        count(sql`outcome = 'refused'`).as('refused'),
        count(sql`outcome = 'cancelled'`).as('cancelled'),
        count(sql`outcome = 'answered' and delivery = 'router-cache'`).as('fromMemory'),
        sql<number>`count(ttft_ms)`.as('firstTokenCount'),
        count(hasCost).as('costKnown'),
        count(sql`cost_nano_usd is null`).as('costUnknown'),
        // As text: a number of JavaScript would lose the last digits of a large sum without a word.
        sql<string>`cast(coalesce(sum(cost_nano_usd), 0) as text)`.as('costNanoUsd'),
        sql<number | null>`min(arrived_at_ms)`.as('firstAtMs'),
      ]),
    ),
    savings: prepareFor<FiguresQuery>(database)((param) =>
      // Of an index that holds only the asks which saved something.
      counted(param)
        .where(sql<boolean>`cache_savings_nano_usd <> 0`)
        .select(sql<string>`cast(coalesce(sum(cache_savings_nano_usd), 0) as text)`.as('nanoUsd')),
    ),
    firstToken: prepareFor<Ranked>(database)((param) =>
      counted(param)
        .select(sql<number>`ttft_ms`.as('value'))
        .where('ttft_ms', 'is not', null)
        .orderBy('ttft_ms')
        .limit(1)
        .offset(param((query) => query.offset)),
    ),
    cost: prepareFor<Ranked>(database)((param) =>
      counted(param)
        .select(sql<number>`cost_nano_usd`.as('value'))
        .where(hasCost)
        .orderBy('cost_nano_usd')
        .limit(1)
        .offset(param((query) => query.offset)),
    ),
  };
}

function deviceStatements(database: Database) {
  const asked = <Input extends FiguresQuery>(param: Param<Input>) =>
    queries
      .selectFrom('device_event')
      .where(
        'asked_at_ms',
        '>=',
        param((query) => query.fromMs),
      )
      .where(
        'asked_at_ms',
        '<',
        param((query) => query.toMs),
      )
      .where(isTenant(param));
  return {
    counts: prepareFor<FiguresQuery>(database)((param) =>
      asked(param).select([
        count(sql`simulated = 0 and outcome = 'answered'`).as('answered'),
        count(sql`simulated = 0 and outcome in ('failed', 'partial', 'expired')`).as('failed'),
        count(sql`simulated = 0 and outcome = 'answered' and source = 'saved'`).as('saved'),
        count(sql`simulated = 0 and outcome = 'answered' and waited_ms > 0`).as('waited'),
        count(sql`simulated = 0 and first_token_ms is not null`).as('firstTokenCount'),
        count(sql`simulated = 1`).as('simulated'),
      ]),
    ),
    firstToken: prepareFor<Ranked>(database)((param) =>
      asked(param)
        .select(sql<number>`first_token_ms`.as('value'))
        .where(sql<boolean>`simulated = 0`)
        .where('first_token_ms', 'is not', null)
        .orderBy('first_token_ms')
        .limit(1)
        .offset(param((query) => query.offset)),
    ),
    dropped: prepareFor<FiguresQuery>(database)((param) =>
      queries
        .selectFrom('device_batch')
        .select(sql<number>`coalesce(sum(dropped), 0)`.as('dropped'))
        .where(
          'received_at_ms',
          '>=',
          param((query) => query.fromMs),
        )
        .where(
          'received_at_ms',
          '<',
          param((query) => query.toMs),
        )
        .where(isTenant(param)),
    ),
  };
}
