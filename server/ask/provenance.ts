import type { Provenance } from '#shared/answer.ts';
import { usdFromNano } from '#shared/money.ts';
import type { AttemptRecord } from '../routing/attempt.ts';
import type { CachedAnswer } from '../store/answer-cache.ts';
import type { Job } from './job.ts';
import type { Production } from './production.ts';

/** What attempts cost together; null when the cost of any is unknown. */
export interface Cost {
  nanoUsd: number | null;
  estimated: boolean;
}

/** The cost of an ask is the sum of its attempts. */
export function costOf(attempts: readonly AttemptRecord[]): Cost {
  let nanoUsd: number | null = 0;
  for (const { costNanoUsd } of attempts)
    nanoUsd = nanoUsd === null || costNanoUsd === null ? null : nanoUsd + costNanoUsd;
  return { nanoUsd, estimated: attempts.some(({ usage }) => usage.estimated) };
}

/** Nothing was called for a follower, so nothing is its cost. */
const FREE: Cost = { nanoUsd: 0, estimated: false };

/** Where a live answer comes from, as one of its asks says it. Without `cost` it is still unknown. */
export function provenanceOf(
  job: Job,
  production: Pick<Production, 'leader' | 'course' | 'by' | 'attempts' | 'joint'>,
  cost: Cost | null = null,
): Provenance {
  const { attempts, by, joint } = production;
  const leads = production.leader === job;
  const paid = leads ? cost : FREE;
  return {
    id: job.id,
    source: 'provider',
    provider: by?.deployment.name ?? null,
    model: by?.model ?? null,
    // More of both may follow the first content: of one that goes on, or lost.
    attempts: leads ? Math.max(by?.attempts ?? 0, attempts.length) : 0,
    hops: leads ? Math.max(by?.hops ?? 0, hopsOf(attempts)) : 0,
    cost_usd: paid === null || paid.nanoUsd === null ? null : usdFromNano(paid.nanoUsd),
    cost_estimated: paid?.estimated ?? false,
    degraded: production.course.degraded,
    age_seconds: 0,
    first_token_ms: job.firstContentMs,
    demo: by?.deployment.demo ?? false,
    ...(joint === null ? {} : { continued: joint }),
  };
}

/** How an answer from the router's memory is given: when, after what was done to the ask, and after which calls in vain. */
export interface Given {
  nowMs: number;
  degraded: string[];
  attempts?: readonly AttemptRecord[];
}

/** Where an answer from the router's memory comes from. */
export function rememberedProvenance(
  job: Job,
  { answer, storedAtMs }: CachedAnswer,
  { nowMs, degraded, attempts = [] }: Given,
): Provenance {
  const cost = costOf(attempts);
  return {
    ...answer.provenance,
    id: job.id,
    source: 'router-cache',
    attempts: attempts.length,
    hops: hopsOf(attempts),
    cost_usd: cost.nanoUsd === null ? null : usdFromNano(cost.nanoUsd),
    cost_estimated: cost.estimated,
    degraded,
    age_seconds: Math.max(0, Math.floor((nowMs - storedAtMs) / 1000)),
    first_token_ms: job.sinceArrival(),
  };
}

/** How often an attempt went to another deployment than the one before. */
export function hopsOf(attempts: readonly AttemptRecord[]): number {
  return inLine(attempts).filter(({ deployment }, at, line) => at > 0 && line[at - 1]?.deployment !== deployment)
    .length;
}

/** How often an attempt stayed in the group (the order) of the one before. */
export function retriesOf(attempts: readonly AttemptRecord[]): number {
  return attempts.filter(({ role }) => role === 'retry').length;
}

/** The attempts that followed each other: a hedge that did not win was beside them. */
function inLine(attempts: readonly AttemptRecord[]): AttemptRecord[] {
  return attempts.filter(
    ({ role, firstTokenMs, status }) => role !== 'hedge' || (firstTokenMs !== null && !status.endsWith('lost')),
  );
}
