import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import type { AskEnded } from '#shared/telemetry.ts';
import type { AskRow, AttemptRow, DeviceBatch } from '../ledger.ts';
import { prepareFor, queries } from './statement.ts';

export type LedgerStatements = ReturnType<typeof ledgerStatements>;

type RunOfAsk = { request_id: string; run: number };
type Old = { beforeMs: number; limit: number };

/** The ledger's queries but those of the figures. */
export function ledgerStatements(database: Database) {
  return { ...writes(database), ...reads(database), ...removals(database) };
}

function writes(database: Database) {
  return {
    addAsk: prepareFor<AskRow>(database)((param) =>
      queries
        .insertInto('ledger_ask')
        .values({
          request_id: param((ask) => ask.request_id),
          run: param((ask) => ask.run),
          tenant_id: param((ask) => ask.tenant_id),
          user_id: param((ask) => ask.user_id),
          feature: param((ask) => ask.feature),
          provider: param((ask) => ask.provider),
          model: param((ask) => ask.model),
          region: param((ask) => ask.region),
          input_tokens: param((ask) => ask.input_tokens),
          output_tokens: param((ask) => ask.output_tokens),
          tokens_estimated: param((ask) => Number(ask.tokens_estimated)),
          latency_ms: param((ask) => ask.latency_ms),
          ttft_ms: param((ask) => ask.ttft_ms),
          retries: param((ask) => ask.retries),
          failover_hops: param((ask) => ask.failover_hops),
          cost_nano_usd: param((ask) => ask.cost_nano_usd),
          cache_savings_nano_usd: param((ask) => ask.cache_savings_nano_usd ?? 0),
          cache_hit: param((ask) => Number(ask.cache_hit)),
          cache_ttl_s: param((ask) => ask.cache_ttl_s),
          delivery: param((ask) => ask.delivery),
          synthetic: param((ask) => Number(ask.synthetic)),
          drill_id: param((ask) => ask.drill_id),
          degraded: param((ask) => ask.degraded),
          outcome: param((ask) => ask.outcome),
          problem: param((ask) => ask.problem),
          arrived_at_ms: param((ask) => Math.round(ask.arrived_at_ms)),
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    addAttempt: prepareFor<AttemptRow>(database)((param) =>
      queries
        .insertInto('ledger_attempt')
        .values({
          request_id: param((attempt) => attempt.request_id),
          run: param((attempt) => attempt.run),
          attempt: param((attempt) => attempt.attempt),
          role: param((attempt) => attempt.role),
          provider: param((attempt) => attempt.provider),
          model: param((attempt) => attempt.model),
          started_at_ms: param((attempt) => Math.round(attempt.started_at_ms)),
          headers_ms: param((attempt) => attempt.headers_ms),
          ttft_ms: param((attempt) => attempt.ttft_ms),
          total_ms: param((attempt) => attempt.total_ms),
          status: param((attempt) => attempt.status),
          http_status: param((attempt) => attempt.http_status),
          skipped_chunks: param((attempt) => attempt.skipped_chunks),
          input_tokens: param((attempt) => attempt.input_tokens),
          output_tokens: param((attempt) => attempt.output_tokens),
          cached_input_tokens: param((attempt) => attempt.cached_input_tokens),
          cache_write_tokens: param((attempt) => attempt.cache_write_tokens),
          cache_write_hour_tokens: param((attempt) => attempt.cache_write_hour_tokens),
          reasoning_tokens: param((attempt) => attempt.reasoning_tokens),
          tokens_estimated: param((attempt) => Number(attempt.tokens_estimated)),
          cost_nano_usd: param((attempt) => attempt.cost_nano_usd),
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    sumCost: prepareFor<RunOfAsk>(database)((param) => {
      // `sum` would skip an unknown cost; `count` of costs against `count` of rows tells that there is one.
      const attempts = queries
        .selectFrom('ledger_attempt')
        .where(
          'request_id',
          '=',
          param((ask) => ask.request_id),
        )
        .where(
          'run',
          '=',
          param((ask) => ask.run),
        );
      return queries
        .updateTable('ledger_ask')
        .set({
          cost_nano_usd: attempts.select(
            sql<number | null>`case when count(cost_nano_usd) = count(*) then sum(cost_nano_usd) end`.as('cost'),
          ),
        })
        .where(
          'request_id',
          '=',
          param((ask) => ask.request_id),
        )
        .where(
          'run',
          '=',
          param((ask) => ask.run),
        )
        .where((where) => where.exists(attempts.select('attempt')));
    }),
    addBatch: prepareFor<DeviceBatch>(database)((param) =>
      queries
        .insertInto('device_batch')
        .values({
          tenant_id: param((batch) => batch.tenant),
          user_id: param((batch) => batch.user),
          batch_id: param((batch) => batch.batchId),
          dropped: param((batch) => Math.round(batch.dropped)),
          received_at_ms: param((batch) => Math.round(batch.receivedAtMs)),
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    addEvent: prepareFor<{ batch: DeviceBatch; event: AskEnded }>(database)((param) =>
      queries
        .insertInto('device_event')
        .values({
          tenant_id: param(({ batch }) => batch.tenant),
          user_id: param(({ batch }) => batch.user),
          event_id: param(({ event }) => event.event_id),
          ask_id: param(({ event }) => event.ask_id),
          feature: param(({ event }) => event.feature),
          outcome: param(({ event }) => event.outcome),
          source: param(({ event }) => event.source),
          network: param(({ event }) => event.network),
          asked_at_ms: param(({ batch, event }) => correctedMs(event.asked_at_ms, batch)),
          received_at_ms: param(({ batch }) => Math.round(batch.receivedAtMs)),
          first_token_ms: param(({ event }) => event.first_token_ms),
          total_ms: param(({ event }) => event.total_ms),
          waited_ms: param(({ event }) => event.waited_ms),
          tries: param(({ event }) => Math.round(event.tries)),
          resumes: param(({ event }) => Math.round(event.resumes)),
          saved_age_ms: param(({ event }) => event.saved_age_ms),
          simulated: param(({ event }) => Number(event.simulated)),
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
  };
}

function correctedMs(askedAtMs: number, batch: DeviceBatch): number {
  return Math.round(Math.max(0, Math.min(askedAtMs - batch.skewMs, batch.receivedAtMs)));
}

function reads(database: Database) {
  const asks = queries.selectFrom('ledger_ask').selectAll();
  const newest = asks.orderBy('arrived_at_ms', 'desc').orderBy('request_id', 'desc').orderBy('run', 'desc');
  return {
    recent: prepareFor<{ limit: number }>(database)((param) => newest.limit(param((query) => query.limit))),
    recentOf: prepareFor<{ tenant: string | null; limit: number }>(database)((param) =>
      newest
        .where(
          'tenant_id',
          '=',
          param((query) => query.tenant ?? ''),
        )
        .limit(param((query) => query.limit)),
    ),
    attemptsOf: prepareFor<RunOfAsk>(database)((param) =>
      queries
        .selectFrom('ledger_attempt')
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
        )
        .orderBy('attempt'),
    ),
  };
}

function removals(database: Database) {
  return {
    oldAsks: prepareFor<Old>(database)((param) =>
      queries
        .selectFrom('ledger_ask')
        .select(['request_id', 'run'])
        .where(
          'arrived_at_ms',
          '<',
          param((old) => old.beforeMs),
        )
        .limit(param((old) => old.limit)),
    ),
    removeAttempts: prepareFor<RunOfAsk>(database)((param) =>
      queries
        .deleteFrom('ledger_attempt')
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
    removeAsk: prepareFor<RunOfAsk>(database)((param) =>
      queries
        .deleteFrom('ledger_ask')
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
    removeOldAttempts: prepareFor<Old>(database)((param) =>
      queries.deleteFrom('ledger_attempt').where((row) =>
        row(row.refTuple('request_id', 'run', 'attempt'), 'in', (from) =>
          from
            .selectFrom('ledger_attempt')
            .select(['request_id', 'run', 'attempt'])
            .where(
              'started_at_ms',
              '<',
              param((old) => old.beforeMs),
            )
            .limit(param((old) => old.limit))
            .$asTuple('request_id', 'run', 'attempt'),
        ),
      ),
    ),
    removeOldEvents: prepareFor<Old>(database)((param) =>
      queries.deleteFrom('device_event').where((row) =>
        row(row.refTuple('tenant_id', 'user_id', 'event_id'), 'in', (from) =>
          from
            .selectFrom('device_event')
            .select(['tenant_id', 'user_id', 'event_id'])
            .where(
              'asked_at_ms',
              '<',
              param((old) => old.beforeMs),
            )
            .limit(param((old) => old.limit))
            .$asTuple('tenant_id', 'user_id', 'event_id'),
        ),
      ),
    ),
    removeOldBatches: prepareFor<Old>(database)((param) =>
      queries.deleteFrom('device_batch').where((row) =>
        row(row.refTuple('tenant_id', 'user_id', 'batch_id'), 'in', (from) =>
          from
            .selectFrom('device_batch')
            .select(['tenant_id', 'user_id', 'batch_id'])
            .where(
              'received_at_ms',
              '<',
              param((old) => old.beforeMs),
            )
            .limit(param((old) => old.limit))
            .$asTuple('tenant_id', 'user_id', 'batch_id'),
        ),
      ),
    ),
  };
}
