import type { Clock } from '#shared/clock.ts';
import type { Deployment, Routing } from '../config/configuration.ts';
import type { ProviderFailure } from '../providers/provider.ts';
import type { Faults } from './faults.ts';
import type { DeploymentHealth, DeploymentView } from './health.ts';

/** How the deployments are. Rules: docs/behaviour.md, R6–R10. */
export interface Deployments {
  /** Every deployment of an alias, unconfigured ones too; empty for an alias nobody serves. */
  of(alias: string): readonly Deployment[];
  /** Ms until it may be picked again; 0 when it may be now. */
  coolingLeftMs(deployment: Deployment): number;
  /** A call that began at this monotonic moment was answered whole. */
  succeeded(deployment: Deployment, startedMonotonicMs: number): void;
  failed(deployment: Deployment, failure: ProviderFailure): void;
  /** What was broken on purpose is mended: its fails and its cooling tell nothing of how it is. Unknown ids are ignored. */
  forgive(id: string): void;
  /** All of them, for people. */
  views(): DeploymentView[];
}

/** The window in which fails are counted, ms. */
const FAIL_WINDOW_MS = 60_000;

/** Longest cooling that a provider's Retry-After can ask for, ms. */
export const MAX_RETRY_AFTER_MS = 10 * 60_000;

interface Condition {
  /** Monotonic moments of the last fails; never more than `allowedFails + 1`, as more would tell nothing new. */
  fails: number[];
  cooling: { sinceMs: number; untilMs: number; why: string } | null;
}

/** Watches over the configuration's deployments; all of them begin closed. */
export function createDeployments(deps: {
  configuration: { deployments: Deployment[]; routing: Routing };
  clock: Clock;
  faults: Pick<Faults, 'of'>;
}): Deployments {
  const { clock, faults } = deps;
  const { deployments, routing } = deps.configuration;
  const byAlias = new Map<string, Deployment[]>();
  const conditions = new Map<string, Condition>();
  for (const deployment of deployments) {
    byAlias.set(deployment.alias, [...(byAlias.get(deployment.alias) ?? []), deployment]);
    conditions.set(deployment.id, { fails: [], cooling: null });
  }

  function conditionOf(deployment: Deployment): Condition {
    const condition = conditions.get(deployment.id);
    if (condition === undefined) throw new RangeError(`Deployment \`${deployment.id}\` is not configured.`);
    return condition;
  }

  function recentFails(condition: Condition): number {
    const since = clock.monotonic() - FAIL_WINDOW_MS;
    condition.fails = condition.fails.filter((at) => at > since);
    return condition.fails.length;
  }

  function coolingLeftMs(deployment: Deployment): number {
    const { cooling } = conditionOf(deployment);
    return cooling === null ? 0 : Math.max(0, cooling.untilMs - clock.monotonic());
  }

  function health(deployment: Deployment): DeploymentHealth {
    if (deployment.state.kind === 'unconfigured') return deployment.state;
    const condition = conditionOf(deployment);
    const leftMs = coolingLeftMs(deployment);
    return leftMs > 0 && condition.cooling !== null
      ? { kind: 'cooling', untilMs: Math.round(clock.now() + leftMs), why: condition.cooling.why }
      : { kind: 'closed', recentFails: recentFails(condition) };
  }

  return {
    of: (alias) => byAlias.get(alias) ?? [],
    coolingLeftMs,
    succeeded(deployment, startedMonotonicMs) {
      const condition = conditionOf(deployment);
      // A call from before the cooling tells nothing of how the deployment is now.
      if (condition.cooling === null || startedMonotonicMs < condition.cooling.sinceMs) return;
      condition.cooling = null;
      condition.fails = [];
    },
    failed(deployment, failure) {
      const { health: weight } = failure.meaning;
      if (weight === 'none') return;
      const condition = conditionOf(deployment);
      const now = clock.monotonic();
      const fails = recentFails(condition) + 1;
      condition.fails = [...condition.fails, now].slice(-(routing.allowedFails + 1));
      if (weight === 'count' && fails <= routing.allowedFails) return;
      const untilMs = now + coolingFor(failure, routing);
      // A later failure never shortens what a provider asked for.
      if (condition.cooling !== null && condition.cooling.untilMs > untilMs) return;
      condition.cooling = { sinceMs: now, untilMs, why: failure.message };
    },
    forgive(id) {
      if (conditions.has(id)) conditions.set(id, { fails: [], cooling: null });
    },
    views: () =>
      deployments.map((deployment) => {
        const fault = faults.of(deployment.id);
        return {
          id: deployment.id,
          alias: deployment.alias,
          name: deployment.name,
          wire: deployment.wire,
          order: deployment.order,
          weight: deployment.weight,
          demo: deployment.demo,
          health: health(deployment),
          fault: fault === null ? null : { kind: fault.kind, untilMs: fault.untilMs },
        };
      }),
  };
}

function coolingFor(failure: ProviderFailure, routing: Routing): number {
  if (failure.kind === 'rate-limited' && failure.retryAfterMs !== null)
    return Math.min(MAX_RETRY_AFTER_MS, Math.max(0, failure.retryAfterMs));
  return routing.cooldownMs;
}
