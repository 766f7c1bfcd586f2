import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../server/config/configuration.ts';
import { ProviderFailure, type FailureKind } from '../../../server/providers/provider.ts';
import type { Standing } from '../../../server/routing/deployments.ts';
import {
  createPlan,
  MAX_WAIT_MS,
  pickWeighted,
  type FailedAttempt,
  type Plan,
  type PlanParts,
  type Step,
} from '../../../server/routing/plan.ts';
import { seededRandom } from '../../fakes/random.ts';
import { deploymentOf, sampleRouting } from '../ask/sample-configuration.ts';

const one = (id: string, order = 1, more: Partial<Deployment> = {}): Deployment => ({
  ...deploymentOf(id, { apiBase: 'http://127.0.0.1:1', apiKey: '' }),
  order,
  ...more,
});

const open = (leftMs: number, asked = false): Standing => ({ kind: 'open', leftMs, asked });

type Options = Partial<Omit<PlanParts, 'standing' | 'routing'>> & {
  standings?: Record<string, Standing>;
  routing?: Partial<PlanParts['routing']>;
};

function planOf(deployments: Deployment[], { standings = {}, routing, ...more }: Options = {}): Plan {
  return createPlan({
    ...{ groups: [deployments], whenTooLong: [], whenRefused: [], random: seededRandom() },
    standing: ({ id }) => standings[id] ?? { kind: 'free' },
    routing: { ...sampleRouting(), ...routing },
    ...more,
  });
}

/** The steps, when attempt after attempt fails in these ways (the last one again and again). */
function steps(plan: Plan, fails: FailureKind[], leftMs = 30_000): Step[] {
  const taken: Step[] = [];
  let last: FailedAttempt | null = null;
  for (;;) {
    const step = plan.next(last, leftMs);
    if (step === null) return taken;
    const kind = fails[Math.min(taken.length, fails.length - 1)] ?? 'rejected';
    taken.push(step);
    last = { deployment: step.deployment, failure: new ProviderFailure(kind, 'It failed.') };
  }
}

function walk(deployments: Deployment[], fails: FailureKind[], options: Options = {}): string[] {
  return steps(planOf(deployments, options), fails).map(({ deployment }) => deployment.id);
}

describe('the plan of an ask', () => {
  it('[R1] goes by order, whatever the order of the list', () => {
    expect(walk([one('c', 3), one('a', 1), one('b', 2)], ['unauthorized'])).toEqual(['a', 'b', 'c']);
  });

  it('[R1] gives each deployment of an order its share by weight', () => {
    const random = seededRandom(7);
    const pair = [one('heavy', 1, { weight: 3 }), one('light', 1, { weight: 1 })];
    const heavy = Array.from({ length: 4000 }, () => pickWeighted(pair, random)).filter((it) => it?.id === 'heavy');
    expect(heavy.length / 4000).toBeGreaterThan(0.72);
    expect(heavy.length / 4000).toBeLessThan(0.78);
  });

  it('[R2] tries a fast failure once more at the same deployment when it is alone in its order', () => {
    expect(walk([one('a'), one('b', 2)], ['rejected'])).toEqual(['a', 'a', 'b', 'b']);
  });

  it('[R2] tries a fast failure once more at a neighbour of its order', () => {
    const [first, second, third] = walk([one('a'), one('a2'), one('b', 2)], ['rejected']);
    expect(new Set([first, second])).toEqual(new Set(['a', 'a2']));
    expect(third).toBe('b');
  });

  it('[R3] never tries a first-token timeout again in its order', () => {
    expect(walk([one('a'), one('b', 2)], ['timeout'])).toEqual(['a', 'b']);
  });

  it('[R3] comes back to untried neighbours of a slow order after every other order', () => {
    const ids = walk([one('a'), one('a2'), one('b', 2)], ['timeout']);
    expect(ids).toHaveLength(3);
    expect(ids[1]).toBe('b');
  });

  it('[R4] repeats twice and steps on five times at most, over the whole ask', () => {
    const many = Array.from({ length: 9 }, (_, at) => one(`d${at}`, at));
    expect(walk(many, ['unauthorized'])).toHaveLength(6);
    expect(walk(many, ['rejected'])).toEqual(['d0', 'd0', 'd1', 'd1', 'd2', 'd3', 'd4', 'd5']);
    expect(walk(many, ['rejected'], { routing: { numRetries: 0, maxFallbacks: 1 } })).toEqual(['d0', 'd1']);
  });

  it('[R4] [R10] never calls a deployment that is not ready', () => {
    const unready = one('a', 1, { state: { kind: 'unconfigured', why: 'No key.' } });
    expect(walk([unready, one('b', 2)], ['unauthorized'])).toEqual(['b']);
    expect(walk([unready], ['unauthorized'])).toEqual([]);
  });

  it('[R5] leaves out what is open, and tries it once when nothing else is left', () => {
    const standings = { a: open(900), b: open(500) };
    expect(walk([one('a'), one('b', 2), one('c', 3)], ['unauthorized'], { standings })).toEqual(['c', 'b']);
  });

  it('[R5] picks the one whose time is up first when all of them are open', () => {
    expect(walk([one('a'), one('b', 2)], ['timeout'], { standings: { a: open(900), b: open(500) } })).toEqual(['b']);
  });

  it('[R18] passes over what is on trial while another is healthy, and takes it before what is open', () => {
    const standings = { a: { kind: 'on-trial' } as const, b: open(500) };
    expect(walk([one('a'), one('b', 2), one('c', 3)], ['unauthorized'], { standings })).toEqual(['c', 'a', 'b']);
  });

  it('[R21] gives a provider the pause it asked for, when nobody else is left and the pause is short', () => {
    const [step] = steps(planOf([one('a')], { standings: { a: open(1_000, true) } }), ['rate-limited']);
    expect(step?.waitMs).toBeGreaterThanOrEqual(1_000);
    expect(step?.waitMs).toBeLessThanOrEqual(1_250);
    expect(walk([one('a')], ['rejected'], { standings: { a: open(MAX_WAIT_MS + 1, true) } })).toEqual([]);
    expect(steps(planOf([one('a')], { standings: { a: open(1_000, true) } }), ['rejected'], 1_000)).toEqual([]);
  });

  it('[R21] never waits for it while another is healthy', () => {
    const plan = planOf([one('a'), one('b', 2)], { standings: { a: open(10, true) } });
    expect(plan.next(null, 30_000)).toMatchObject({ deployment: { id: 'b' }, waitMs: 0 });
  });

  it('[R22] repeats a kind of failure as often as its policy says, the later ones after a pause', () => {
    const routing = { retryPolicy: new Map([['rejected', 3]]) };
    const taken = steps(planOf([one('a')], { routing }), ['rejected']);
    expect(taken.map(({ deployment }) => deployment.id)).toEqual(['a', 'a', 'a', 'a']);
    expect(taken.slice(0, 2).map(({ waitMs }) => waitMs)).toEqual([0, 0]);
    expect(taken.slice(2).every(({ waitMs }) => waitMs > 0 && waitMs < 1_000)).toBe(true);
    expect(
      walk([one('a'), one('b', 2)], ['rejected'], { routing: { retryPolicy: new Map([['rejected', 0]]) } }),
    ).toEqual(['a', 'b']);
    expect(walk([one('a'), one('b', 2)], ['timeout'], { routing: { retryPolicy: new Map([['timeout', 1]]) } })).toEqual(
      ['a', 'a', 'b'],
    );
  });

  it('[R22] waits before a repeat as long as the configuration says, and not past the ask’s limit', () => {
    const routing = { retryAfterMs: 2_000 };
    const [, again] = steps(planOf([one('a')], { routing }), ['rejected']);
    expect(again?.waitMs).toBeGreaterThanOrEqual(2_000);
    expect(again?.waitMs).toBeLessThanOrEqual(2_250);
    expect(steps(planOf([one('a')], { routing }), ['rejected'], 1_999)).toHaveLength(1);
  });

  it('[R23] goes on to the fallbacks of its alias, in their order, when nobody of its own is left', () => {
    const groups = [[one('a'), one('b', 2)], [one('c', 1)], [one('d', 1), one('a')]];
    expect(walk([], ['unauthorized'], { groups })).toEqual(['a', 'b', 'c', 'd']);
    expect(walk([], ['unauthorized'], { groups, standings: { a: open(9), b: open(8) } })).toEqual(['c', 'd', 'b']);
  });

  it('[R12] goes nowhere else when the ask itself is refused', () => {
    for (const kind of ['caller', 'context-length', 'content-policy'] as const)
      expect(walk([one('a'), one('a2'), one('b', 2)], [kind])).toHaveLength(1);
  });

  it('[R24] goes only where longer asks are taken when it was too long', () => {
    const sized = (id: string, order: number, maxInputTokens: number | null): Deployment =>
      one(id, order, { maxInputTokens });
    const group = [sized('a', 1, 8_000), sized('b', 2, 8_000), sized('c', 3, null), sized('d', 4, 32_000)];
    expect(walk(group, ['context-length'])).toEqual(['a', 'd']);
    expect(walk(group, ['context-length'], { whenTooLong: [[one('huge')]] })).toEqual(['a', 'd', 'huge']);
    expect(walk(group, ['context-length', 'unauthorized'], { whenTooLong: [[one('huge')]] })).toEqual([
      ...['a', 'd', 'huge'],
    ]);
  });

  it('[R24] goes only to what is declared for it when its content was refused', () => {
    const whenRefused = [[one('lenient')]];
    expect(walk([one('a'), one('b', 2)], ['content-policy'], { whenRefused })).toEqual(['a', 'lenient']);
  });

  it('[R4] gives a second deployment beside a silent one, which counts', () => {
    const plan = planOf([one('a'), one('b', 2), one('c', 3)], { routing: { maxFallbacks: 1 } });
    expect(plan.beside()).toMatchObject({ id: 'a' });
    expect(plan.beside()).toMatchObject({ id: 'b' });
    expect(plan.beside()).toBeNull();
  });
});
