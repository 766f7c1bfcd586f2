import type { Clock, Random } from '#shared/clock.ts';
import type { Configuration, Deployment } from '../config/configuration.ts';
import { CONNECT_TIMEOUT_MS } from '../providers/exchange.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { createDeployments } from './deployments.ts';
import { groupsOf } from './fallbacks.ts';
import { createPlan, type FailedAttempt, type Step } from './plan.ts';

/**
 * How a provider that is down may cost the most time: it swallows connections; it takes the call and says nothing; it answers
 * with an error just before it would be given up, which is tried once more.
 */
export type Death = 'no-connection' | 'silence' | 'late-error';

export const DEATHS: readonly Death[] = ['no-connection', 'silence', 'late-error'];

/** One ask, walked through. Moments are ms after it came. */
export interface Walk {
  attempts: { deployment: Deployment; startMs: number; endMs: number }[];
  /** The first attempt that is answered, when there is one. */
  answeredBy: Deployment | null;
  /** When that attempt begins; else when the last one is given up, up to which a first word may come. */
  untilMs: number;
}

/** What a configuration makes one alias wait, at worst. */
export interface WorstCase {
  alias: string;
  /** All of its deployments are down, in each of the ways. */
  allDown: Record<Death, Walk>;
  /** One address after the other is down, the rest answers: when the answering one is asked. Empty for a single address. */
  oneDown: { address: string; names: string[]; walks: Record<Death, Walk> }[];
}

/** The worst case of every alias, by the plan and the health that asks go by. Nothing is called. */
export function worstCases(configuration: Pick<Configuration, 'deployments' | 'routing'>): WorstCase[] {
  const aliases = [...new Set(configuration.deployments.map(({ alias }) => alias))];
  return aliases.flatMap((alias) => {
    const own = configuration.deployments.filter((one) => one.alias === alias && one.state.kind === 'ready');
    if (own.length === 0) return [];
    const addresses = [...new Set(own.map(({ apiBase }) => apiBase))];
    const walks = (isDown: (deployment: Deployment) => boolean): Record<Death, Walk> => ({
      'no-connection': walk(configuration, { alias, isDown, death: 'no-connection' }),
      silence: walk(configuration, { alias, isDown, death: 'silence' }),
      'late-error': walk(configuration, { alias, isDown, death: 'late-error' }),
    });
    const oneDown = addresses.map((address) => ({
      address,
      names: [...new Set(own.filter(({ apiBase }) => apiBase === address).map(({ name }) => name))],
      walks: walks(({ apiBase }) => apiBase === address),
    }));
    return [{ alias, allDown: walks(() => true), oneDown: addresses.length === 1 ? [] : oneDown }];
  });
}

interface Course {
  alias: string;
  isDown: (deployment: Deployment) => boolean;
  death: Death;
}

/** Walks one ask through, the first of a quiet day: every deployment still counts as healthy. */
function walk(configuration: Pick<Configuration, 'deployments' | 'routing'>, course: Course): Walk {
  const { alias, isDown, death } = course;
  const { routing } = configuration;
  let nowMs = 0;
  const clock: Clock = { now: () => nowMs, monotonic: () => nowMs, after: () => () => undefined };
  const deployments = createDeployments({ configuration, clock, faults: { of: () => null } });
  const plan = createPlan({
    ...groupsOf(alias, routing, (name) => deployments.of(name)),
    ...{ routing, random: mostWait },
    standing: (deployment) => deployments.standing(deployment),
    pick: slowest,
  });
  const attempts: Walk['attempts'] = [];
  let last: FailedAttempt | null = null;
  for (;;) {
    const leftMs = routing.totalTimeoutMs - nowMs;
    const step: Step | null = leftMs > 0 ? plan.next(last, leftMs) : null;
    if (step === null) return { attempts, answeredBy: null, untilMs: nowMs };
    const deployment: Deployment = step.deployment;
    nowMs += step.waitMs;
    if (!isDown(deployment)) return { attempts, answeredBy: deployment, untilMs: nowMs };
    const watch = deployments.begin(deployment);
    const startMs = nowMs;
    const { costMs, failure } = loss(deployment, death, { leftMs: routing.totalTimeoutMs - nowMs });
    nowMs += costMs;
    attempts.push({ deployment, startMs, endMs: nowMs });
    watch.failed(failure);
    last = { deployment, failure };
  }
}

/** What an attempt at a deployment that is down costs, and how it ends. */
function loss(
  deployment: Deployment,
  death: Death,
  { leftMs }: { leftMs: number },
): { costMs: number; failure: ProviderFailure } {
  const limitMs = Math.min(firstWordLimitMs(deployment), leftMs);
  if (death === 'no-connection' && CONNECT_TIMEOUT_MS < limitMs)
    return { costMs: CONNECT_TIMEOUT_MS, failure: new ProviderFailure('unreachable', '', { waited: true }) };
  const kind = death === 'late-error' ? 'rejected' : 'timeout';
  return { costMs: limitMs, failure: new ProviderFailure(kind, '') };
}

/** How long one attempt may be without a first word. */
export function firstWordLimitMs({ firstTokenTimeoutMs, timeoutMs }: Deployment): number {
  return Math.min(firstTokenTimeoutMs, timeoutMs);
}

/** Of equals the one that may be silent longest: no draw by weight can be worse. */
function slowest(deployments: readonly Deployment[]): Deployment | null {
  return deployments.reduce<Deployment | null>(
    (worst, one) => (worst === null || firstWordLimitMs(one) > firstWordLimitMs(worst) ? one : worst),
    null,
  );
}

/** Every wait that has a part by chance is the longest. */
const mostWait: Random = { bytes: (count) => new Uint8Array(count).fill(255) };
