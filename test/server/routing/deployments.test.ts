import { describe, expect, it } from 'vitest';
import { ProviderFailure, type FailureKind } from '../../../server/providers/provider.ts';
import type { Routing } from '../../../server/config/configuration.ts';
import { createDeployments, type Standing } from '../../../server/routing/deployments.ts';
import { createFaults } from '../../../server/routing/faults.ts';
import { MAX_COOLING_MS } from '../../../server/routing/health.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { deploymentOf, sampleRouting } from '../ask/sample-configuration.ts';

function failure(kind: FailureKind, retryAfterMs?: number): ProviderFailure {
  return new ProviderFailure(kind, 'It failed.', retryAfterMs === undefined ? {} : { retryAfterMs });
}

function watch(more: Partial<Routing> = {}) {
  const clock = fakeClock();
  const nowhere = { apiBase: 'http://127.0.0.1:1', apiKey: '' };
  const a = deploymentOf('a', nowhere);
  const unready = { ...deploymentOf('b', nowhere), state: { kind: 'unconfigured' as const, why: 'No key is set.' } };
  const routing = { ...sampleRouting(), ...more };
  const faults = createFaults({ deployments: [a, unready], clock });
  const deployments = createDeployments({ configuration: { deployments: [a, unready], routing }, clock, faults });
  const fail = (kind: FailureKind, retryAfterMs?: number): void =>
    deployments.begin(a).failed(failure(kind, retryAfterMs));
  /** Ms until it may be picked; 0 when it may be now. */
  const restMs = (): number => {
    const standing: Standing = deployments.standing(a);
    return standing.kind === 'open' ? standing.leftMs : 0;
  };
  return { clock, a, deployments, faults, fail, restMs, standing: () => deployments.standing(a).kind };
}

describe('the health of a deployment', () => {
  it('[R6] opens with the fail after the allowed ones, also when others succeed between, for the cooldown', async () => {
    const { clock, a, deployments, fail, restMs } = watch();
    for (let at = 0; at < 3; at++) {
      fail('rejected');
      deployments.begin(a).succeeded();
    }
    expect(restMs()).toBe(0);
    fail('rejected');
    expect(restMs()).toBe(30_000);
    await clock.advance(30_000);
    expect(restMs()).toBe(0);
  });

  it('[R6] forgets fails after a minute', async () => {
    const { clock, a, deployments, fail, restMs } = watch();
    for (let at = 0; at < 3; at++) fail('timeout');
    deployments.forgive(a.id);
    for (let at = 0; at < 3; at++) {
      fail('timeout');
      deployments.begin(a).succeeded();
    }
    await clock.advance(60_000);
    fail('timeout');
    expect(restMs()).toBe(0);
  });

  it('[R17] opens after three fails in a row, however far apart', async () => {
    const { clock, fail, restMs } = watch();
    for (let at = 0; at < 2; at++) {
      fail('timeout');
      await clock.advance(240_000);
    }
    expect(restMs()).toBe(0);
    fail('timeout');
    expect(restMs()).toBe(30_000);
  });

  it('[R7] opens at once for a wrong key, a spent quota, a missing model and a rate limit', () => {
    for (const kind of ['unauthorized', 'quota', 'model-missing', 'rate-limited'] as const) {
      const { fail, restMs } = watch();
      fail(kind);
      expect(restMs(), kind).toBe(30_000);
    }
  });

  it('[R7] rests after a rate limit for as long as it asks, at most ten minutes', () => {
    const short = watch();
    short.fail('rate-limited', 1_234);
    expect(short.restMs()).toBe(1_234);
    expect(short.deployments.standing(short.a)).toMatchObject({ asked: true });
    const long = watch();
    long.fail('rate-limited', 86_400_000);
    expect(long.restMs()).toBe(MAX_COOLING_MS);
  });

  it('[R8] closes with a success that began after the opening, not with an older one', async () => {
    const { clock, a, deployments, fail, standing } = watch();
    const older = deployments.begin(a);
    await clock.advance(10);
    fail('unauthorized');
    await clock.advance(10);
    older.succeeded();
    expect(standing()).toBe('open');
    deployments.begin(a).succeeded();
    expect(standing()).toBe('free');
  });

  it('[R8] is not shortened by a later failure', async () => {
    const { clock, fail, restMs } = watch();
    fail('rate-limited', 300_000);
    await clock.advance(1_000);
    fail('unauthorized');
    expect(restMs()).toBe(299_000);
    fail('rate-limited', 400_000);
    expect(restMs()).toBe(400_000);
  });

  it('[R18] is tested by one call when its time is up; the others pass it over meanwhile', async () => {
    const { clock, a, deployments, fail, standing } = watch();
    fail('unauthorized');
    await clock.advance(30_000);
    expect(standing()).toBe('free');
    const test = deployments.begin(a);
    expect(standing()).toBe('on-trial');
    expect(deployments.views()[0]?.health).toEqual({ kind: 'half-open', probing: true, why: 'It failed.' });
    test.untold();
    expect(standing()).toBe('free');
    deployments.begin(a).succeeded();
    expect(deployments.views()[0]?.health).toEqual({ kind: 'closed', recentFails: 0 });
  });

  it('[R18] rests twice as long after each failed test, at most ten minutes, and as at first after a success', async () => {
    const { clock, a, deployments, fail, restMs } = watch();
    fail('unauthorized');
    const rests: number[] = [];
    for (let at = 0; at < 6; at++) {
      rests.push(restMs());
      await clock.advance(restMs());
      fail('unauthorized');
    }
    expect(rests).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000]);
    await clock.advance(restMs());
    deployments.begin(a).succeeded();
    fail('unauthorized');
    expect(restMs()).toBe(30_000);
  });

  it('[R18] learns nothing from other calls that fail while it rests or is tested', async () => {
    const { clock, a, deployments, fail, restMs, standing } = watch();
    fail('unauthorized');
    await clock.advance(10_000);
    for (let at = 0; at < 9; at++) fail('rejected');
    expect(restMs()).toBe(20_000);
    await clock.advance(20_000);
    const test = deployments.begin(a);
    fail('rejected');
    expect(standing()).toBe('on-trial');
    test.failed(failure('rejected'));
    expect(restMs()).toBe(60_000);
  });

  it('[R18] hears the end of a call once', async () => {
    const { clock, a, deployments, fail, restMs } = watch();
    fail('unauthorized');
    await clock.advance(30_000);
    const test = deployments.begin(a);
    test.failed(failure('unauthorized'));
    test.succeeded();
    test.failed(failure('unauthorized'));
    expect(restMs()).toBe(60_000);
  });

  it('[R18] waits for whoever was entrusted with its test', async () => {
    const { clock, a, deployments, fail, standing } = watch();
    deployments.entrust({ covers: ({ id }) => id === a.id, changed: () => undefined });
    fail('unauthorized');
    await clock.advance(30_000);
    expect(standing()).toBe('on-trial');
    deployments.begin(a).succeeded();
    expect(standing()).toBe('free');
  });

  it('[R9] does not change by what is the ask’s own fault', () => {
    const { fail, restMs, deployments } = watch();
    for (const kind of ['caller', 'context-length', 'content-policy'] as const)
      for (let at = 0; at < 10; at++) fail(kind);
    expect(restMs()).toBe(0);
    expect(deployments.views()[0]?.health).toEqual({ kind: 'closed', recentFails: 0 });
  });

  it('[R10] is shown with its fault, and with why it is not configured', () => {
    const { clock, a, deployments, faults, fail } = watch();
    fail('unauthorized');
    faults.set(a.id, { kind: 'blocked', leaseMs: 5_000 });
    const [first, second] = deployments.views();
    expect(first?.health).toEqual({ kind: 'open', untilMs: clock.now() + 30_000, why: 'It failed.' });
    expect(first?.fault).toEqual({ kind: 'blocked', untilMs: clock.now() + 5_000 });
    expect(second?.health).toEqual({ kind: 'unconfigured', why: 'No key is set.' });
  });

  it('[R16] is as new when a fault was taken off it by hand', () => {
    const { a, fail, restMs, deployments } = watch();
    fail('unauthorized');
    expect(restMs()).toBe(30_000);
    deployments.forgive(a.id);
    expect(restMs()).toBe(0);
    expect(deployments.views()[0]?.health).toEqual({ kind: 'closed', recentFails: 0 });
  });

  it('[R17] follows a policy for a kind of failure in place of its own rules', () => {
    const { fail, restMs } = watch({ allowedFailsPolicy: new Map([['unauthorized', 4]]) });
    for (let at = 0; at < 4; at++) fail('unauthorized');
    expect(restMs()).toBe(0);
    fail('unauthorized');
    expect(restMs()).toBe(30_000);
  });

  it('[R17] never opens when that was switched off', () => {
    const { fail, restMs } = watch({ cooldowns: false });
    for (let at = 0; at < 20; at++) fail('unauthorized');
    expect(restMs()).toBe(0);
  });

  it('[R18] keeps its rest when the wall clock jumps', () => {
    const { clock, fail, restMs } = watch();
    fail('unauthorized');
    clock.setNow(clock.now() + 86_400_000);
    expect(restMs()).toBe(30_000);
  });
});
