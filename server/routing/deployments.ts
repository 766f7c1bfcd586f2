import type { Clock } from '#shared/clock.ts';
import type { Configuration, Deployment, Routing } from '../config/configuration.ts';
import type { Faults } from './faults.ts';
import { createMinuteLimits, type MinuteLimits } from './minute-limits.ts';
import { Health, type DeploymentView, type HealthLimits, type Watch } from './health.ts';

/** How the deployments are. Rules: docs/behaviour.md, R6–R10 and R17–R20. */
export interface Deployments {
  /**
   * Every deployment of an alias, unconfigured ones too; empty for an alias nobody serves. Of the configuration that is in force,
   * unless another is named: an ask ends under the one that it began with.
   */
  of(alias: string, under?: Pick<Configuration, 'deployments'>): readonly Deployment[];
  /** Whether it may be picked now, by an ask of about so many tokens. */
  standing(deployment: Deployment, tokens?: number): Standing;
  /** A call of an ask to it begins now, of about so many tokens; its end must be told. */
  begin(deployment: Deployment, tokens?: number): CallWatch;
  /** The same for a call that only tests it. */
  beginTest(deployment: Deployment): Watch;
  /** The deployments of which a test would tell something new, and from which monotonic moment on. */
  testable(): { deployment: Deployment; fromMs: number }[];
  /** Monotonic moment at which an ask last called a deployment of this alias; null for never. */
  lastAskedMs(alias: string): number | null;
  /** What was broken on purpose is mended: its fails and its cooling tell nothing of how it is. Unknown ids are ignored. */
  forgive(id: string): void;
  /** From now on somebody tests them, so that asks need not. */
  entrust(tester: Tester): void;
  /** All of them, for people. */
  views(): DeploymentView[];
  /** Another configuration is in force. What is the same deployment in both keeps its health; calls to the others may still end. */
  reconfigure(configuration: Watched): void;
}

/** Whoever tests deployments. */
export interface Tester {
  /** Whether it will test this one, which is half-open and wanted by an ask. */
  covers(deployment: Deployment): boolean;
  /** A call failed or told nothing: there may be something to test. */
  changed(): void;
}

/** Whether a deployment may be picked now. */
export type Standing =
  /** Closed; or half-open, and nobody tests it yet but the ask that picks it. */
  | { kind: 'free' }
  /** Half-open and somebody tests it, or will: for an ask that finds nobody else. */
  | { kind: 'on-trial' }
  /** Open for `leftMs` more; `asked` by the provider itself. */
  | { kind: 'open'; leftMs: number; asked: boolean }
  /** Its minute is full; the ask fits in `leftMs`. */
  | { kind: 'full'; leftMs: number };

/** A call of an ask. */
export interface CallWatch extends Watch {
  /** What it took, once that is known. */
  used(tokens: number): void;
}

/** What of a configuration the deployments follow. */
export type Watched = Pick<Configuration, 'deployments' | 'routing'>;

/** Watches over the configuration's deployments; all of them begin closed. */
export function createDeployments(deps: {
  configuration: Watched;
  clock: Clock;
  faults: Pick<Faults, 'of'>;
}): Deployments {
  const { clock, faults } = deps;
  let current = deps.configuration;
  // By the object, not its id: one that has left the configuration is judged until its last call is over, and then forgotten.
  const healths = new WeakMap<Deployment, Health>();
  const minutes = new WeakMap<Deployment, MinuteLimits>();
  const aliases = new WeakMap<readonly Deployment[], Map<string, Deployment[]>>();
  const asked = new Map<string, number>();
  let tester: Tester | null = null;

  function healthOf(deployment: Deployment): Health {
    const known = healths.get(deployment);
    if (known !== undefined) return known;
    const health = new Health(limitsOf(deployment, current.routing), clock);
    healths.set(deployment, health);
    return health;
  }

  function minuteOf(deployment: Deployment): MinuteLimits {
    const known = minutes.get(deployment);
    if (known !== undefined) return known;
    const minute = createMinuteLimits(deployment.perMinute, clock);
    minutes.set(deployment, minute);
    return minute;
  }

  function byAlias(deployments: readonly Deployment[]): Map<string, Deployment[]> {
    const known = aliases.get(deployments);
    if (known !== undefined) return known;
    const index = new Map<string, Deployment[]>();
    for (const deployment of deployments) {
      const group = index.get(deployment.alias);
      if (group === undefined) index.set(deployment.alias, [deployment]);
      else group.push(deployment);
    }
    aliases.set(deployments, index);
    return index;
  }

  function watched(deployment: Deployment): Watch {
    const watch = healthOf(deployment).begin();
    return {
      succeeded: () => watch.succeeded(),
      failed(failure) {
        watch.failed(failure);
        tester?.changed();
      },
      untold() {
        watch.untold();
        tester?.changed();
      },
    };
  }

  function standing(deployment: Deployment, tokens = 0): Standing {
    const { state } = healthOf(deployment);
    const fullMs = state.kind === 'open' ? 0 : minuteOf(deployment).waitMs(tokens);
    if (fullMs > 0) return { kind: 'full', leftMs: fullMs };
    switch (state.kind) {
      case 'closed':
        return { kind: 'free' };
      case 'open':
        return { kind: 'open', leftMs: Math.ceil(state.untilMs - clock.monotonic()), asked: state.asked };
      case 'half-open':
        return { kind: state.probe !== null || tester?.covers(deployment) === true ? 'on-trial' : 'free' };
      default:
        return state satisfies never;
    }
  }

  return {
    of: (alias, under = current) => byAlias(under.deployments).get(alias) ?? [],
    standing,
    begin(deployment, tokens = 0) {
      asked.set(deployment.alias, clock.monotonic());
      const taken = minuteOf(deployment).take(tokens);
      return { ...watched(deployment), used: (used) => taken.settle(used) };
    },
    beginTest: watched,
    testable: () =>
      current.deployments.flatMap((deployment) => {
        const fromMs = deployment.state.kind === 'ready' ? healthOf(deployment).testFromMs : null;
        return fromMs === null ? [] : [{ deployment, fromMs }];
      }),
    lastAskedMs: (alias) => asked.get(alias) ?? null,
    forgive(id) {
      const deployment = current.deployments.find((each) => each.id === id);
      if (deployment !== undefined) healthOf(deployment).forgive();
    },
    entrust: (told) => void (tester = told),
    views: () =>
      current.deployments.map((deployment) => {
        const fault = faults.of(deployment.id);
        const { state } = deployment;
        return {
          id: deployment.id,
          alias: deployment.alias,
          name: deployment.name,
          wire: deployment.wire,
          order: deployment.order,
          weight: deployment.weight,
          demo: deployment.demo,
          health: state.kind === 'unconfigured' ? state : healthOf(deployment).view(),
          fault: fault === null ? null : { kind: fault.kind, untilMs: fault.untilMs },
        };
      }),
    reconfigure(configuration) {
      const before = new Map(current.deployments.map((deployment) => [deployment.id, deployment]));
      for (const deployment of configuration.deployments) {
        const same = before.get(deployment.id);
        if (same === undefined || !isSame(same, deployment)) continue;
        const health = healthOf(same);
        health.limits = limitsOf(deployment, configuration.routing);
        healths.set(deployment, health);
      }
      current = configuration;
    },
  };
}

function limitsOf({ judged }: Deployment, routing: Routing): HealthLimits {
  return {
    allowedFails: judged.allowedFails ?? routing.allowedFails,
    failsInARow: routing.failsInARow,
    cooldownMs: judged.cooldownMs ?? routing.cooldownMs,
    policy: judged.allowedFailsPolicy ?? routing.allowedFailsPolicy,
    neverOpens: !routing.cooldowns,
  };
}

/** Whether what is known of one deployment holds for the other: a new key, model or address may well cure it. */
function isSame(one: Deployment, other: Deployment): boolean {
  return (
    one.id === other.id &&
    one.wire === other.wire &&
    one.apiBase === other.apiBase &&
    one.apiKey === other.apiKey &&
    one.model === other.model
  );
}
