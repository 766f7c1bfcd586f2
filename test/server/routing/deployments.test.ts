import { describe, expect, it } from 'vitest';
import { ProviderFailure, type FailureKind } from '../../../server/providers/provider.ts';
import { createDeployments, MAX_RETRY_AFTER_MS } from '../../../server/routing/deployments.ts';
import { createFaults } from '../../../server/routing/faults.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { deploymentOf } from '../ask/sample-configuration.ts';

function watch() {
  const clock = fakeClock();
  const nowhere = { apiBase: 'http://127.0.0.1:1', apiKey: '' };
  const a = deploymentOf('a', nowhere);
  const unready = { ...deploymentOf('b', nowhere), state: { kind: 'unconfigured' as const, why: 'No key is set.' } };
  const routing = { allowedFails: 3, cooldownMs: 30_000, totalTimeoutMs: 30_000, graceMs: 60_000 };
  const faults = createFaults({ deployments: [a, unready], clock });
  const deployments = createDeployments({ configuration: { deployments: [a, unready], routing }, clock, faults });
  const fail = (kind: FailureKind, retryAfterMs?: number): void =>
    deployments.failed(a, new ProviderFailure(kind, 'It failed.', retryAfterMs === undefined ? {} : { retryAfterMs }));
  return { clock, a, deployments, faults, fail, cooling: () => deployments.coolingLeftMs(a) };
}

describe('the health of a deployment', () => {
  it('[R6] cools with the fail after the allowed ones, for the cooldown', async () => {
    const { clock, fail, cooling } = watch();
    for (let at = 0; at < 3; at++) fail('rejected');
    expect(cooling()).toBe(0);
    fail('rejected');
    expect(cooling()).toBe(30_000);
    await clock.advance(30_000);
    expect(cooling()).toBe(0);
  });

  it('[R6] forgets fails after a minute', async () => {
    const { clock, fail, cooling } = watch();
    for (let at = 0; at < 3; at++) fail('timeout');
    await clock.advance(60_000);
    fail('timeout');
    expect(cooling()).toBe(0);
  });

  it('[R7] cools at once for a wrong key, a spent quota, a missing model and a rate limit', () => {
    for (const kind of ['unauthorized', 'quota', 'model-missing', 'rate-limited'] as const) {
      const { fail, cooling } = watch();
      fail(kind);
      expect(cooling(), kind).toBe(30_000);
    }
  });

  it('[R7] cools a rate limit for as long as it asks, at most ten minutes', () => {
    const short = watch();
    short.fail('rate-limited', 1_234);
    expect(short.cooling()).toBe(1_234);
    const long = watch();
    long.fail('rate-limited', 86_400_000);
    expect(long.cooling()).toBe(MAX_RETRY_AFTER_MS);
  });

  it('[R8] closes with a success that began after the cooling, not with an older one', async () => {
    const { clock, a, deployments, fail, cooling } = watch();
    fail('unauthorized');
    await clock.advance(10);
    deployments.succeeded(a, -1);
    expect(cooling()).toBeGreaterThan(0);
    deployments.succeeded(a, clock.monotonic());
    expect(cooling()).toBe(0);
  });

  it('[R8] is not shortened by a later failure', async () => {
    const { clock, fail, cooling } = watch();
    fail('rate-limited', 300_000);
    await clock.advance(1_000);
    fail('unauthorized');
    expect(cooling()).toBe(299_000);
  });

  it('[R9] does not change by what is the ask’s own fault', () => {
    const { fail, cooling, deployments } = watch();
    for (let at = 0; at < 10; at++) fail('caller');
    expect(cooling()).toBe(0);
    expect(deployments.views()[0]?.health).toEqual({ kind: 'closed', recentFails: 0 });
  });

  it('[R10] is shown with its fault, and with why it is not configured', () => {
    const { clock, a, deployments, faults, fail } = watch();
    fail('unauthorized');
    faults.set(a.id, { kind: 'blocked', leaseMs: 5_000 });
    const [first, second] = deployments.views();
    expect(first?.health).toEqual({ kind: 'cooling', untilMs: clock.now() + 30_000, why: 'It failed.' });
    expect(first?.fault).toEqual({ kind: 'blocked', untilMs: clock.now() + 5_000 });
    expect(second?.health).toEqual({ kind: 'unconfigured', why: 'No key is set.' });
  });

  it('[R16] is as new when a fault was taken off it by hand', () => {
    const { a, fail, cooling, deployments } = watch();
    fail('unauthorized');
    expect(cooling()).toBe(30_000);
    deployments.forgive(a.id);
    expect(cooling()).toBe(0);
    expect(deployments.views()[0]?.health).toEqual({ kind: 'closed', recentFails: 0 });
  });

  it('keeps its cooling when the wall clock jumps', () => {
    const { clock, fail, cooling } = watch();
    fail('unauthorized');
    clock.setNow(clock.now() + 86_400_000);
    expect(cooling()).toBe(30_000);
  });
});
