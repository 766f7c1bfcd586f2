import type { Random } from '#shared/clock.ts';
import type { Deployment, Routing } from '../config/configuration.ts';
import type { ProviderFailure } from '../providers/provider.ts';
import type { Standing } from './deployments.ts';

/** Longest wait for a deployment whose provider asked for a pause, when nobody else is left, ms. */
export const MAX_WAIT_MS = 3_000;

/** A wait is longer than it must be by a random part of this, so that asks that failed together do not come back together, ms. */
const JITTER_MS = 250;

/** The first repeat at the same deployment goes at once; the ones after it wait up to this, doubled each time, ms. */
const BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8_000;

/** Which deployment comes next, for one ask. Rules: docs/behaviour.md, R1–R5 and R21–R24. */
export interface Plan {
  /** The next deployment to try, given how the last attempt failed and what is left of the ask's limit; null when there is nothing left to try. */
  next(last: FailedAttempt | null, leftMs: number): Step | null;
  /** A second deployment to ask while the first is still silent: a healthy one that was not tried; null for none. Counts as a fallback. */
  beside(): Deployment | null;
  /** One of two that were asked beside each other was left for being slower: should the other one break off, it may be asked again. */
  letGo(deployment: Deployment): void;
}

export interface FailedAttempt {
  deployment: Deployment;
  failure: ProviderFailure;
}

/** `waitMs` before the call; 0 nearly always. */
export interface Step {
  deployment: Deployment;
  waitMs: number;
}

export interface PlanParts {
  /** The deployments of the alias, then those of each of its fallbacks. */
  groups: readonly (readonly Deployment[])[];
  /** Where an ask goes that was too long; beside them every deployment of `groups` that is known to take more. */
  whenTooLong: readonly (readonly Deployment[])[];
  /** Where an ask goes whose content was refused. */
  whenRefused: readonly (readonly Deployment[])[];
  standing: (deployment: Deployment) => Standing;
  routing: Pick<Routing, 'numRetries' | 'maxFallbacks' | 'retryAfterMs' | 'retryPolicy'>;
  /** One of an order; by weight when left out. */
  pick?: (deployments: readonly Deployment[], random: Random) => Deployment | null;
  random: Random;
}

/** A deployment with the place at which it stands: its group, then its order. */
interface Place {
  deployment: Deployment;
  level: string;
}

/** A plan over these groups. */
export function createPlan(parts: PlanParts): Plan {
  const { standing, random, routing, pick = pickWeighted } = parts;
  let places = placesIn(parts.groups);
  const tries = new Map<string, number>();
  const repeats = new Map<string, number>();
  const leftBehind = new Set<string>();
  let retries = 0;
  let fallbacks = 0;
  let openTried = false;
  const waitedFor = new Set<string>();
  let previous: Deployment | null = null;

  const isFresh = (deployment: Deployment): boolean => !tries.has(deployment.id);
  const levelOf = (deployment: Deployment): string =>
    places.find((place) => place.deployment.id === deployment.id)?.level ?? '';

  /** Untried deployments of a level that stand so. */
  function fresh(level: string, kind: Standing['kind']): Deployment[] {
    return places
      .filter((place) => place.level === level && isFresh(place.deployment))
      .map(({ deployment }) => deployment)
      .filter((deployment) => standing(deployment).kind === kind);
  }

  /** A fast failure once more in its order: at a neighbour, else at the same. */
  function repeatOf({ deployment, failure }: FailedAttempt, leftMs: number): Step | null {
    const { kind, meaning } = failure;
    const allowed = routing.retryPolicy.get(kind) ?? (meaning.retrySame ? 1 : 0);
    const level = levelOf(deployment);
    const before = repeats.get(level) ?? 0;
    if (before >= allowed) return null;
    repeats.set(level, before + 1);
    const neighbour = meaning.retrySame ? pick(fresh(level, 'free'), random) : null;
    if (neighbour !== null) return { deployment: neighbour, waitMs: 0 };
    const inBudget = retries < (routing.retryPolicy.get(kind) ?? routing.numRetries);
    if (!inBudget || standing(deployment).kind !== 'free') return null;
    const waitMs = pauseBefore((tries.get(deployment.id) ?? 1) - 1);
    return waitMs < leftMs ? { deployment, waitMs } : null;
  }

  /** Before the `count`-th further repeat at the same deployment. */
  function pauseBefore(count: number): number {
    const least = routing.retryAfterMs === 0 ? 0 : routing.retryAfterMs + fraction(random) * JITTER_MS;
    const grown = count === 0 ? 0 : fraction(random) * Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (count - 1));
    return Math.round(Math.max(least, grown));
  }

  /** The first healthy deployment that was not tried, by group, order and weight. */
  function firstOf(kind: Standing['kind']): Deployment | null {
    const levels = [...new Set(places.map(({ level }) => level))];
    for (const level of [...levels.filter((each) => !leftBehind.has(each)), ...leftBehind]) {
      const picked = pick(fresh(level, kind), random);
      if (picked !== null) return picked;
    }
    return null;
  }

  /** When nobody healthy is left: one that is on trial, else one that is open. Failing without a try would be worse. */
  function lastResort(leftMs: number): Step | null {
    const onTrial = firstOf('on-trial');
    if (onTrial !== null) return { deployment: onTrial, waitMs: 0 };
    const open = places
      .map(({ deployment }) => ({ deployment, standing: standing(deployment) }))
      .flatMap((one) => (one.standing.kind === 'open' ? [{ ...one, ...one.standing }] : []))
      .sort((a, b) => a.leftMs - b.leftMs);
    // One such call per ask, so that asks do not hammer what is down. A provider that asked for a pause gets it.
    const untold = openTried ? undefined : open.find(({ deployment, asked }) => !asked && isFresh(deployment));
    if (untold !== undefined) {
      openTried = true;
      return { deployment: untold.deployment, waitMs: 0 };
    }
    const paused = open.find(({ deployment, asked }) => asked && !waitedFor.has(deployment.id));
    if (paused === undefined || (!isFresh(paused.deployment) && retries >= routing.numRetries)) return null;
    waitedFor.add(paused.deployment.id);
    const waitMs = Math.round(paused.leftMs + fraction(random) * JITTER_MS);
    return paused.leftMs <= MAX_WAIT_MS && waitMs < leftMs ? { deployment: paused.deployment, waitMs } : null;
  }

  /** Where this failure leaves the ask to go; false for nowhere. */
  function narrow({ deployment, failure }: FailedAttempt): boolean {
    if (failure.kind === 'context-length') {
      const takesMore = places.filter(({ deployment: other }) => takesMoreThan(other, deployment));
      places = [...takesMore, ...placesIn(parts.whenTooLong, 'long')];
      return places.length > 0;
    }
    if (failure.kind === 'content-policy') {
      places = placesIn(parts.whenRefused, 'refused');
      return places.length > 0;
    }
    return failure.meaning.failOver;
  }

  function choose(last: FailedAttempt | null, leftMs: number): Step | null {
    if (last !== null) {
      const level = levelOf(last.deployment);
      if (!narrow(last)) return null;
      const repeat = repeatOf(last, leftMs);
      if (repeat !== null) return repeat;
      // An order that was slow, or failed twice, is left: two waits for a first token would miss its target.
      if (last.failure.kind === 'timeout' || repeats.has(level)) leftBehind.add(level);
    }
    const healthy = firstOf('free');
    return healthy === null ? lastResort(leftMs) : { deployment: healthy, waitMs: 0 };
  }

  /** Whether the ask's one budget has room for this step; takes it. */
  function take(deployment: Deployment): boolean {
    const isFallback = previous !== null && isFresh(deployment);
    if (isFallback && fallbacks >= routing.maxFallbacks) return false;
    if (isFallback) fallbacks += 1;
    else if (previous !== null) retries += 1;
    tries.set(deployment.id, (tries.get(deployment.id) ?? 0) + 1);
    previous = deployment;
    return true;
  }

  return {
    next(last, leftMs) {
      const step = choose(last, leftMs);
      return step !== null && take(step.deployment) ? step : null;
    },
    beside() {
      const healthy = firstOf('free');
      return healthy !== null && take(healthy) ? healthy : null;
    },
    letGo(deployment) {
      tries.delete(deployment.id);
    },
  };
}

/** Ready deployments by group and order; each once, where it comes first. */
function placesIn(groups: readonly (readonly Deployment[])[], lane = ''): Place[] {
  const seen = new Set<string>();
  return groups.flatMap((group, index) =>
    [...group]
      .sort((a, b) => a.order - b.order)
      .filter(({ id, state }) => state.kind === 'ready' && !seen.has(id) && seen.add(id))
      .map((deployment) => ({ deployment, level: `${lane}${index}/${deployment.order}` })),
  );
}

/** Whether it is known to take longer asks. */
function takesMoreThan({ maxInputTokens: own }: Deployment, { maxInputTokens: other }: Deployment): boolean {
  return own !== null && other !== null && own > other;
}

/** One of them, with a chance by weight; null of none. Weights that are all 0 count as equal. */
export function pickWeighted(deployments: readonly Deployment[], random: Random): Deployment | null {
  const [only] = deployments;
  if (only === undefined || deployments.length === 1) return only ?? null;
  const total = deployments.reduce((sum, { weight }) => sum + weight, 0);
  let point = fraction(random) * (total > 0 ? total : deployments.length);
  for (const deployment of deployments) {
    point -= total > 0 ? deployment.weight : 1;
    if (point < 0) return deployment;
  }
  return deployments.at(-1) ?? null;
}

/** One of those whose mean is at most `buffer` above the lowest; those of which nothing is known go first. */
export function pickFastest(
  deployments: readonly Deployment[],
  { meanMs, buffer }: { meanMs: (deployment: Deployment) => number | null; buffer: number },
  random: Random,
): Deployment | null {
  const means = deployments.map((deployment) => ({ deployment, ms: meanMs(deployment) ?? 0 }));
  const lowest = Math.min(...means.map(({ ms }) => ms));
  const best = means.filter(({ ms }) => ms <= lowest * (1 + buffer));
  return best[Math.floor(fraction(random) * best.length)]?.deployment ?? null;
}

/** A number in [0, 1) from four random bytes. */
function fraction(random: Random): number {
  return new DataView(random.bytes(4).slice().buffer).getUint32(0) / 2 ** 32;
}
