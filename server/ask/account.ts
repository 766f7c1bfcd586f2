import { mintAskId } from '#shared/ask-id.ts';
import type { Problem } from '#shared/problem.ts';
import { cacheSavingsNanoUsd } from '../pricing/savings.ts';
import type { AttemptRecord } from '../routing/attempt.ts';
import type { AskRow, AttemptRow } from '../store/ledger.ts';
import type { AskRequest } from './asks.ts';
import { defaultFeatureOf } from './entitlement.ts';
import type { Heart } from './heart.ts';
import type { Job } from './job.ts';
import type { Production } from './production.ts';
import { costOf, hopsOf, retriesOf } from './provenance.ts';

/** Books a production: one row for each of its asks, one for each attempt, those of the one that led. */
export async function accountFor(production: Production, heart: Heart): Promise<void> {
  const { leader, attempts, by } = production;
  const rows = production.jobs.map((job) => rowOf(job, job === leader ? attempts : [], by?.deployment ?? null));
  const { tenant } = leader.ask.owner;
  heart.safeguard.spends(tenant, leader.ask.request.arrivedAtMs, knownCostOf(attempts));
  await record(rows, attemptRows(leader, attempts), heart);
}

function knownCostOf(attempts: readonly AttemptRecord[]): number {
  return attempts.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0);
}

/** Books one ask that called nobody: answered from memory, come late to an answer, or stopped before it began. */
export async function accountOne(job: Job, by: { name: string; model: string } | null, heart: Heart): Promise<void> {
  await record([rowOf(job, [], by)], [], heart);
}

/** Books an ask that was turned away before it began, under an id of its own: its key may still come to run. */
export async function accountRefused(request: AskRequest, problem: Problem, heart: Heart): Promise<void> {
  const row: AskRow = {
    ...tags(request, request.feature ?? defaultFeatureOf(request.caller, heart.configuration)),
    request_id: mintAskId(heart.clock, heart.random),
    run: 1,
    ...nothingUsed,
    provider: null,
    model: null,
    latency_ms: Math.max(0, Math.round(heart.clock.monotonic() - request.arrivedMonotonicMs)),
    ttft_ms: null,
    cache_hit: false,
    cache_ttl_s: null,
    delivery: 'provider',
    degraded: '',
    outcome: problem.status < 500 ? 'refused' : 'failed',
    problem: problem.code,
  };
  await record([row], [], heart);
}

const nothingUsed = {
  input_tokens: 0,
  output_tokens: 0,
  tokens_estimated: false,
  retries: 0,
  failover_hops: 0,
  cost_nano_usd: 0,
};

function tags(
  { caller, synthetic, arrivedAtMs }: AskRequest,
  feature: string,
): Pick<AskRow, 'tenant_id' | 'user_id' | 'feature' | 'region' | 'synthetic' | 'drill_id' | 'arrived_at_ms'> {
  return {
    tenant_id: caller.tenant,
    user_id: caller.user,
    feature,
    region: null,
    synthetic,
    drill_id: null,
    arrived_at_ms: arrivedAtMs,
  };
}

function rowOf(job: Job, attempts: readonly AttemptRecord[], by: { name: string; model: string } | null): AskRow {
  const { ask } = job;
  const cost = costOf(attempts);
  return {
    ...tags(ask.request, ask.feature.name),
    request_id: job.id,
    run: job.run,
    provider: by?.name ?? null,
    model: by?.model ?? null,
    input_tokens: attempts.reduce((sum, { usage }) => sum + usage.inputTokens, 0),
    output_tokens: attempts.reduce((sum, { usage }) => sum + usage.outputTokens, 0),
    tokens_estimated: cost.estimated,
    latency_ms: job.totalMs,
    ttft_ms: job.firstContentMs,
    retries: retriesOf(attempts),
    failover_hops: hopsOf(attempts),
    cost_nano_usd: cost.nanoUsd,
    cache_savings_nano_usd: attempts.reduce(
      (sum, { usage, deployment }) => sum + cacheSavingsNanoUsd(usage, deployment.prices),
      0,
    ),
    cache_hit: job.delivery === 'router-cache',
    cache_ttl_s: ask.cacheKey === null ? null : ask.feature.cache.ttlSeconds,
    delivery: job.delivery,
    degraded: job.provenance?.degraded.join(',') ?? '',
    outcome: job.state === 'running' ? 'failed' : job.state,
    problem: job.state === 'cancelled' ? null : (job.problem?.code ?? null),
  };
}

/** The rows of the attempts of one ask and run. */
export function attemptRows(job: Pick<Job, 'id' | 'run'>, attempts: readonly AttemptRecord[]): AttemptRow[] {
  return attempts.map(({ deployment, usage, ...record }, at) => ({
    request_id: job.id,
    run: job.run,
    attempt: at + 1,
    role: record.role,
    provider: deployment.name,
    model: deployment.model,
    started_at_ms: record.startedAtMs,
    headers_ms: record.headersMs,
    ttft_ms: record.firstTokenMs,
    total_ms: record.totalMs,
    status: record.status,
    http_status: record.httpStatus,
    skipped_chunks: record.skippedChunks,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    cache_write_hour_tokens: usage.cacheWriteHourTokens ?? 0,
    reasoning_tokens: usage.reasoningTokens,
    tokens_estimated: usage.estimated,
    cost_nano_usd: record.costNanoUsd,
  }));
}

async function record(asks: AskRow[], attempts: AttemptRow[], { ledger, log }: Heart): Promise<void> {
  try {
    await ledger.record(asks, attempts);
  } catch (cause) {
    log.error({ askIds: asks.map((row) => row.request_id), err: cause }, 'The ledger did not take its rows.');
  }
}
