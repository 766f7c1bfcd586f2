import { describe, expect, it } from 'vitest';
import { createFaults, MAX_DELAY_MS, MAX_LEASE_MS } from '../../../server/routing/faults.ts';
import { fakeClock } from '../../fakes/clock.ts';

function overlay() {
  const clock = fakeClock();
  return { clock, faults: createFaults({ deployments: [{ id: 'a' }, { id: 'b' }], clock }) };
}

describe('faults', () => {
  it('[F2] are gone when their lease is over', async () => {
    const { clock, faults } = overlay();
    faults.set('a', { kind: 'blocked', leaseMs: 1_000 });
    await clock.advance(999);
    expect(faults.of('a')).toEqual({ kind: 'blocked', delayMs: 0, untilMs: clock.now() + 1 });
    await clock.advance(1);
    expect(faults.of('a')).toBeNull();
    expect(faults.list()).toEqual([]);
  });

  it('[F2] last half an hour at most, and hold back no longer than a call may last', () => {
    const { clock, faults } = overlay();
    const fault = faults.set('a', { kind: 'slow-first-token', leaseMs: Infinity, delayMs: Infinity });
    expect(fault).toEqual({ kind: 'slow-first-token', delayMs: MAX_DELAY_MS, untilMs: clock.now() + MAX_LEASE_MS });
  });

  it('[F3] replace each other, and are taken off at once', () => {
    const { faults } = overlay();
    faults.set('a', { kind: 'blocked', leaseMs: 1_000 });
    faults.set('a', { kind: 'revoked-key', leaseMs: 1_000 });
    expect(faults.list().map(({ deploymentId, kind }) => [deploymentId, kind])).toEqual([['a', 'revoked-key']]);
    expect(faults.clear('a')).toBe(true);
    expect(faults.clear('a')).toBe(false);
    expect(faults.of('a')).toBeNull();
  });

  it('[F3] are not laid on a deployment that does not exist', () => {
    expect(overlay().faults.set('c', { kind: 'blocked', leaseMs: 1_000 })).toBeNull();
  });
});
