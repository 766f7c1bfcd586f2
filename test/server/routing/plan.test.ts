import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../server/config/configuration.ts';
import { ProviderFailure, type FailureKind } from '../../../server/providers/provider.ts';
import { createPlan, MAX_ATTEMPTS, pickWeighted } from '../../../server/routing/plan.ts';
import { seededRandom } from '../../fakes/random.ts';
import { deploymentOf } from '../ask/sample-configuration.ts';

/** The ids in the order of their attempts, when attempt after attempt fails in these ways (the last one again and again). */
function walk(deployments: Deployment[], fails: FailureKind[], cooling: Record<string, number> = {}): string[] {
  const plan = createPlan({
    deployments,
    coolingLeftMs: ({ id }) => cooling[id] ?? 0,
    random: seededRandom(),
  });
  const ids: string[] = [];
  let last: { deployment: Deployment; failure: ProviderFailure } | null = null;
  for (;;) {
    const deployment = plan.next(last);
    if (deployment === null) return ids;
    const kind = fails[Math.min(ids.length, fails.length - 1)] ?? 'rejected';
    ids.push(deployment.id);
    last = { deployment, failure: new ProviderFailure(kind, 'It failed.') };
  }
}

const one = (id: string, order = 1, more: Partial<Deployment> = {}): Deployment => ({
  ...deploymentOf(id, { apiBase: 'http://127.0.0.1:1', apiKey: '' }),
  order,
  ...more,
});

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

  it('[R4] makes at most four attempts', () => {
    const many = Array.from({ length: 9 }, (_, at) => one(`d${at}`, at));
    expect(walk(many, ['unauthorized'])).toHaveLength(MAX_ATTEMPTS);
  });

  it('[R4] [R10] never calls a deployment that is not ready', () => {
    const unready = one('a', 1, { state: { kind: 'unconfigured', why: 'No key.' } });
    expect(walk([unready, one('b', 2)], ['unauthorized'])).toEqual(['b']);
    expect(walk([unready], ['unauthorized'])).toEqual([]);
  });

  it('[R5] leaves out what cools, and tries it once when nothing else is left', () => {
    expect(walk([one('a'), one('b', 2), one('c', 3)], ['unauthorized'], { a: 900, b: 500 })).toEqual(['c', 'b']);
  });

  it('[R5] picks the one whose time is up first when all of them cool', () => {
    expect(walk([one('a'), one('b', 2)], ['timeout'], { a: 900, b: 500 })).toEqual(['b']);
  });

  it('[R12] goes nowhere else when the ask itself is refused', () => {
    for (const kind of ['caller', 'context-length', 'content-policy'] as const)
      expect(walk([one('a'), one('a2'), one('b', 2)], [kind])).toHaveLength(1);
  });
});
