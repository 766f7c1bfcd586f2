import type { Clock } from '#shared/clock.ts';
import type { Deployment, Routing } from '../config/configuration.ts';
import type { Faults } from './faults.ts';
import { Health, type DeploymentView, type Watch } from './health.ts';

/** How the deployments are. Rules: docs/behaviour.md, R6–R10 and R17–R20. */
export interface Deployments {
  /** Every deployment of an alias, unconfigured ones too; empty for an alias nobody serves. */
  of(alias: string): readonly Deployment[];
  /** Whether it may be picked now. */
  standing(deployment: Deployment): Standing;
  /** A call to it begins now; its end must be told. */
  begin(deployment: Deployment): Watch;
  /** What was broken on purpose is mended: its fails and its cooling tell nothing of how it is. Unknown ids are ignored. */
  forgive(id: string): void;
  /** From now on somebody tests the half-open deployments that `covers` names, so that asks need not. */
  entrust(covers: (deployment: Deployment) => boolean): void;
  /** All of them, for people. */
  views(): DeploymentView[];
}

/** Whether a deployment may be picked now. */
export type Standing =
  /** Closed; or half-open, and nobody tests it yet but the ask that picks it. */
  | { kind: 'free' }
  /** Half-open and somebody tests it, or will: for an ask that finds nobody else. */
  | { kind: 'on-trial' }
  /** Open for `leftMs` more; `asked` by the provider itself. */
  | { kind: 'open'; leftMs: number; asked: boolean };

/** Watches over the configuration's deployments; all of them begin closed. */
export function createDeployments(deps: {
  configuration: { deployments: Deployment[]; routing: Routing };
  clock: Clock;
  faults: Pick<Faults, 'of'>;
}): Deployments {
  const { clock, faults } = deps;
  const { deployments, routing } = deps.configuration;
  const byAlias = new Map<string, Deployment[]>();
  const healths = new Map<string, Health>();
  let covers: (deployment: Deployment) => boolean = () => false;
  for (const deployment of deployments) {
    byAlias.set(deployment.alias, [...(byAlias.get(deployment.alias) ?? []), deployment]);
    healths.set(deployment.id, new Health(limitsOf(deployment, routing), clock));
  }

  function healthOf(deployment: Deployment): Health {
    const health = healths.get(deployment.id);
    if (health === undefined) throw new RangeError(`Deployment \`${deployment.id}\` is not configured.`);
    return health;
  }

  function standing(deployment: Deployment): Standing {
    const { state } = healthOf(deployment);
    switch (state.kind) {
      case 'closed':
        return { kind: 'free' };
      case 'open':
        return { kind: 'open', leftMs: Math.ceil(state.untilMs - clock.monotonic()), asked: state.asked };
      case 'half-open':
        return { kind: state.probe !== null || covers(deployment) ? 'on-trial' : 'free' };
      default:
        return state satisfies never;
    }
  }

  return {
    of: (alias) => byAlias.get(alias) ?? [],
    standing,
    begin: (deployment) => healthOf(deployment).begin(),
    forgive: (id) => healths.get(id)?.forgive(),
    entrust: (told) => void (covers = told),
    views: () =>
      deployments.map((deployment) => {
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
  };
}

function limitsOf(_deployment: Deployment, routing: Routing): ConstructorParameters<typeof Health>[0] {
  return {
    allowedFails: routing.allowedFails,
    failsInARow: routing.failsInARow,
    cooldownMs: routing.cooldownMs,
    policy: routing.allowedFailsPolicy,
    neverOpens: !routing.cooldowns,
  };
}
