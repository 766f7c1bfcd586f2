import type { Random } from '#shared/clock.ts';
import type { Deployment } from '../config/configuration.ts';
import type { ProviderFailure } from '../providers/provider.ts';

/** Most attempts of one ask, over all its deployments. */
export const MAX_ATTEMPTS = 4;

/** Which deployment comes next, for one ask. Rules: docs/behaviour.md, R1–R5. */
export interface Plan {
  /** The next deployment to try, given how the last attempt failed; null when there is nothing left to try. */
  next(last: { deployment: Deployment; failure: ProviderFailure } | null): Deployment | null;
}

/** A plan over the ready deployments of one alias. */
export function createPlan(deps: {
  deployments: readonly Deployment[];
  coolingLeftMs: (deployment: Deployment) => number;
  random: Random;
}): Plan {
  const { coolingLeftMs, random } = deps;
  const ready = deps.deployments.filter(({ state }) => state.kind === 'ready');
  const orders = [...new Set(ready.map(({ order }) => order))].sort((a, b) => a - b);
  const tried = new Set<string>();
  const retried = new Set<number>();
  const leftBehind = new Set<number>();
  let attempts = 0;
  let cooledTried = false;

  function fresh(order: number): Deployment[] {
    return ready.filter(
      (deployment) => deployment.order === order && !tried.has(deployment.id) && coolingLeftMs(deployment) === 0,
    );
  }

  function retryOf({ deployment, failure }: { deployment: Deployment; failure: ProviderFailure }): Deployment | null {
    if (!failure.meaning.retrySame || retried.has(deployment.order)) return null;
    retried.add(deployment.order);
    return pickWeighted(fresh(deployment.order), random) ?? (coolingLeftMs(deployment) === 0 ? deployment : null);
  }

  /**
   * A deployment that cools, when no other is left: the one whose time is up first. Failing without a try would be worse
   * than a call that may fail. One such call per ask, so that asks do not hammer what is down.
   */
  function leastCooled(): Deployment | null {
    if (cooledTried) return null;
    const cooled = ready.filter((deployment) => !tried.has(deployment.id) && coolingLeftMs(deployment) > 0);
    const [first] = cooled.sort((a, b) => coolingLeftMs(a) - coolingLeftMs(b));
    cooledTried = first !== undefined;
    return first ?? null;
  }

  function choose(last: { deployment: Deployment; failure: ProviderFailure } | null): Deployment | null {
    if (last !== null) {
      if (!last.failure.meaning.failOver) return null;
      const retry = retryOf(last);
      if (retry !== null) return retry;
      // A group that was slow, or failed twice, is left: two waits for a first token would miss its target.
      if (last.failure.kind === 'timeout' || retried.has(last.deployment.order)) leftBehind.add(last.deployment.order);
    }
    for (const order of [...orders.filter((order) => !leftBehind.has(order)), ...leftBehind]) {
      const picked = pickWeighted(fresh(order), random);
      if (picked !== null) return picked;
    }
    return leastCooled();
  }

  return {
    next(last) {
      const picked = attempts < MAX_ATTEMPTS ? choose(last) : null;
      if (picked === null) return null;
      attempts += 1;
      tried.add(picked.id);
      return picked;
    },
  };
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

/** A number in [0, 1) from four random bytes. */
function fraction(random: Random): number {
  return new DataView(random.bytes(4).slice().buffer).getUint32(0) / 2 ** 32;
}
