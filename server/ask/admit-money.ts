import { Problem } from '#shared/problem.ts';
import { moneyScopes } from '../guard/caps.ts';
import { askBoundNanoUsd, withOutputLimit } from '../guard/cost-bound.ts';
import { boundTokens } from '../pricing/token-bound.ts';
import { nextMonthMs, type CappedScope, type ReserveResult } from '../store/budget.ts';
import { calledFor, type Course } from './course.ts';
import type { Heart } from './heart.ts';
import type { Job } from './job.ts';
import { countFor, mostTokens, unpriced, type Obstacle } from './obstacle.ts';

/** What was set aside and forgotten is free again so long after the last moment that an ask can have, ms. */
const FORGOTTEN_MS = 5 * 60_000;

/**
 * Sets aside what an ask may cost, where somebody has a cap; gives the course with a limit on its answer, or what is in the way.
 * Throws `storage_failed` when nobody can say what is left: a cap that cannot be checked is not passed.
 */
export async function setAside(job: Job, course: Course, heart: Heart): Promise<Course | Obstacle> {
  const { routing, tenants } = heart.configuration;
  const { caller, arrivedAtMs } = job.ask.request;
  const scopes = moneyScopes(caller, tenants.get(job.ask.owner.tenant));
  if (scopes.length === 0) return course;
  const unknown = unpriced(course, heart);
  if (unknown !== null) return unknown;
  const limited = { ...course, parameters: withOutputLimit(course.parameters) };
  const deployments = calledFor(course, heart);
  const costOf = (inputTokens: number): number => askBoundNanoUsd({ ...limited, inputTokens, routing, deployments });
  let setAsideNanoUsd = costOf(boundTokens(limited));
  let result = await reserve(job, { scopes, amountNanoUsd: setAsideNanoUsd }, heart);
  if (result.kind === 'spent') {
    // The bound is some four times the truth for prose: it is worth counting before anybody is refused.
    setAsideNanoUsd = costOf(await countFor(limited, 0, heart));
    result = await reserve(job, { scopes, amountNanoUsd: setAsideNanoUsd }, heart);
  }
  noteSpending(result, scopes, job, heart);
  if (result.kind === 'reserved') return { ...limited, setAsideNanoUsd };
  const leftNanoUsd = result.scope.capNanoUsd - result.spentNanoUsd - result.reservedNanoUsd;
  return { problem: spent(result.scope, arrivedAtMs), inputTokens: Math.max(0, mostTokens(leftNanoUsd, costOf)) };
}

/** What the tenant has spent, for its safeguard mode. */
function noteSpending(result: ReserveResult, scopes: CappedScope[], { ask }: Job, { safeguard }: Heart): void {
  const standing = result.kind === 'spent' ? [result] : result.standings;
  const at = result.kind === 'spent' ? 0 : scopes.findIndex(({ kind }) => kind === 'tenant');
  const isTenants = result.kind === 'reserved' || result.scope.kind === 'tenant';
  const known = isTenants ? standing[at] : undefined;
  if (known !== undefined) safeguard.knows(ask.owner.tenant, ask.request.arrivedAtMs, known.spentNanoUsd);
}

async function reserve(
  { ask, run }: Job,
  amount: { scopes: CappedScope[]; amountNanoUsd: number },
  { budget, clock, configuration }: Heart,
): Promise<ReserveResult> {
  const nowMs = clock.now();
  // A stream, and what goes on from it when it broke off at its end.
  const longestMs = 2 * Math.max(...configuration.deployments.map(({ streamTotalMs }) => streamTotalMs));
  const expiresAtMs = nowMs + configuration.routing.totalTimeoutMs + longestMs + FORGOTTEN_MS;
  const { arrivedAtMs } = ask.request;
  return budget.reserve({ askId: ask.id, run, tenant: ask.owner.tenant, ...amount, arrivedAtMs, nowMs, expiresAtMs });
}

/** Gives back what was set aside for an ask that calls nobody after all. */
export async function giveBack({ id, run }: Job, { budget, log }: Heart): Promise<void> {
  try {
    await budget.release({ askId: id, run });
  } catch (cause) {
    log.error(
      { askId: id, err: cause },
      'What was set aside for an ask was not given back; it is free again after its time.',
    );
  }
}

const WHOSE: Record<CappedScope['kind'], string> = {
  tenant: 'this month’s budget',
  user: 'your budget for this month',
  key: 'this key’s budget for this month',
};

function spent({ kind }: CappedScope, arrivedAtMs: number): Problem {
  const anew = new Date(nextMonthMs(arrivedAtMs)).toISOString().slice(0, 10);
  return new Problem(
    'budget_spent',
    `What is left of ${WHOSE[kind]} does not cover this ask. A new month begins on ${anew} (UTC).`,
  );
}
