import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Deployment } from '../../../server/config/configuration.ts';
import { ProviderFailure, type FailureKind } from '../../../server/providers/provider.ts';
import type { Standing } from '../../../server/routing/deployments.ts';
import { createPlan, type FailedAttempt } from '../../../server/routing/plan.ts';
import { seededRandom } from '../../fakes/random.ts';
import { deploymentOf, sampleRouting } from '../ask/sample-configuration.ts';

const FAILS: FailureKind[] = ['unreachable', 'rejected', 'rate-limited', 'quota', 'unauthorized', 'cut', 'timeout'];

interface World {
  deployments: Deployment[];
  standings: Map<string, Standing>;
  fails: FailureKind[];
  numRetries: number;
  maxFallbacks: number;
  seed: number;
}

const standings: fc.Arbitrary<Standing> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Standing>({ kind: 'free' }) },
  fc.constant<Standing>({ kind: 'on-trial' }),
  fc.record({ kind: fc.constant('open' as const), leftMs: fc.integer({ min: 1, max: 60_000 }), asked: fc.boolean() }),
);

const worlds: fc.Arbitrary<World> = fc
  .record({
    deployments: fc
      .array(
        fc.record({
          order: fc.integer({ min: 1, max: 4 }),
          weight: fc.integer({ min: 0, max: 9 }),
          ready: fc.boolean(),
          standing: standings,
        }),
        { minLength: 1, maxLength: 8 },
      )
      .map((list) =>
        list.map(({ ready, ...one }, at) => ({
          ...deploymentOf(`d${at}`, { apiBase: 'http://127.0.0.1:1', apiKey: '' }),
          ...one,
          state: ready || at === 0 ? { kind: 'ready' as const } : { kind: 'unconfigured' as const, why: 'No key.' },
        })),
      ),
    fails: fc.array(fc.constantFrom(...FAILS), { minLength: 1, maxLength: 20 }),
    numRetries: fc.integer({ min: 0, max: 4 }),
    maxFallbacks: fc.integer({ min: 0, max: 8 }),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map(({ deployments, ...rest }) => ({
    ...rest,
    deployments,
    standings: new Map(deployments.map(({ id, standing }) => [id, standing])),
  }));

/** Every step of an ask whose every attempt fails; what fails at once is open from then on, as it would be. */
function failEverywhere({ deployments, standings: given, fails, numRetries, maxFallbacks, seed }: World) {
  const now = new Map(given);
  const plan = createPlan({
    ...{ groups: [deployments], whenTooLong: [], whenRefused: [], random: seededRandom(seed) },
    standing: ({ id }) => now.get(id) ?? { kind: 'free' },
    routing: { ...sampleRouting(), numRetries, maxFallbacks },
  });
  const taken: { deployment: Deployment; kind: FailureKind; before: Standing }[] = [];
  let last: FailedAttempt | null = null;
  for (let step = plan.next(null, 30_000); step !== null; step = plan.next(last, 30_000)) {
    const { deployment } = step;
    const kind = fails[taken.length % fails.length] ?? 'rejected';
    const failure = new ProviderFailure(kind, 'It failed.');
    taken.push({ deployment, kind, before: now.get(deployment.id) ?? { kind: 'free' } });
    if (failure.meaning.health === 'at-once') now.set(deployment.id, { kind: 'open', leftMs: 30_000, asked: false });
    last = { deployment, failure };
    expect(taken.length).toBeLessThan(40);
  }
  return taken;
}

const isHealthy = (world: World, { id, state }: Deployment): boolean =>
  state.kind === 'ready' && world.standings.get(id)?.kind === 'free';

it('[R4] makes no more attempts than the one budget of the ask', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const taken = failEverywhere(world).map(({ deployment }) => deployment.id);
      const repeats = taken.length - new Set(taken).size;
      expect(repeats).toBeLessThanOrEqual(world.numRetries);
      expect(new Set(taken).size).toBeLessThanOrEqual(1 + world.maxFallbacks);
    }),
  );
});

it('[R1] begins in the lowest order that has somebody healthy', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const [first] = failEverywhere(world);
      const orders = world.deployments.filter((one) => isHealthy(world, one)).map(({ order }) => order);
      if (orders.length > 0) expect(first?.deployment.order).toBe(Math.min(...orders));
    }),
  );
});

it('[R2] tries no deployment twice but right after a fast failure of its own, once', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const taken = failEverywhere(world);
      taken.forEach(({ deployment }, at) => {
        const before = taken.slice(0, at).filter((one) => one.deployment.id === deployment.id);
        if (before.length === 0) return;
        expect(before).toHaveLength(1);
        const last = taken[at - 1];
        expect(last?.deployment.id).toBe(deployment.id);
        expect(new ProviderFailure(last?.kind ?? 'caller', '').meaning.retrySame).toBe(true);
      });
    }),
  );
});

it('[R4] gives up only when every healthy deployment was tried, or the budget is spent', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const tried = new Set(failEverywhere(world).map(({ deployment }) => deployment.id));
      const left = world.deployments.filter((one) => isHealthy(world, one) && !tried.has(one.id));
      if (left.length > 0) expect(tried.size).toBe(1 + world.maxFallbacks);
    }),
  );
});

it('[R5] takes what is open or on trial only when nobody healthy is left, and one that is open once', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const taken = failEverywhere(world);
      taken.forEach(({ before }, at) => {
        if (before.kind === 'free') return;
        const tried = new Set(taken.slice(0, at).map(({ deployment }) => deployment.id));
        expect(world.deployments.filter((one) => isHealthy(world, one) && !tried.has(one.id))).toEqual([]);
      });
      expect(taken.filter(({ before }) => before.kind === 'open' && !before.asked).length).toBeLessThanOrEqual(1);
    }),
  );
});
