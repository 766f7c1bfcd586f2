import { describe, expect, it } from 'vitest';
import { createSafeguard, MAX_SWITCH_MS } from '../../../server/guard/safeguard.ts';
import { fakeClock } from '../../fakes/clock.ts';

const DAY_MS = 86_400_000;

describe('safeguard mode', () => {
  it('[B50] is on from 95 percent of a tenant’s month, and off in the next', async () => {
    const clock = fakeClock();
    const safeguard = createSafeguard(clock);
    expect(safeguard.of('acme', 100)).toBeNull();
    safeguard.knows('acme', clock.now(), 94);
    expect(safeguard.of('acme', 100)).toBeNull();
    safeguard.spends('acme', clock.now(), 1);
    expect([safeguard.of('acme', 100), safeguard.of('acme', null), safeguard.of('other', 100)]).toEqual([
      { kind: 'budget' },
      null,
      null,
    ]);
    await clock.advance(31 * DAY_MS);
    expect(safeguard.of('acme', 100)).toBeNull();
    // What an ask of the month before costs is none of this month's.
    safeguard.spends('acme', clock.now() - DAY_MS, 1_000);
    expect(safeguard.of('acme', 100)).toBeNull();
  });

  it('[B51] is switched by hand for a while, for one tenant before all, and against the budget too', async () => {
    const clock = fakeClock();
    const safeguard = createSafeguard(clock);
    safeguard.set(null, true, 60_000);
    safeguard.set('acme', false, 120_000);
    safeguard.knows('acme', clock.now(), 99);
    const untilMs = clock.now() + 60_000;
    expect([safeguard.of('acme', 100), safeguard.of('other', null)]).toEqual([null, { kind: 'by-hand', untilMs }]);
    expect(safeguard.switches()).toHaveLength(2);
    await clock.advance(60_000);
    expect([safeguard.of('acme', 100), safeguard.of('other', null)]).toEqual([null, null]);
    await clock.advance(60_000);
    expect([safeguard.of('acme', 100), safeguard.switches()]).toEqual([{ kind: 'budget' }, []]);
  });

  it('[B51] a switch that is taken away leaves the mode to the budget; none holds longer than 31 days, and at most 1,000 are kept', () => {
    const clock = fakeClock();
    const safeguard = createSafeguard(clock);
    safeguard.set('acme', true, 10 * MAX_SWITCH_MS);
    expect(safeguard.of('acme', null)).toEqual({ kind: 'by-hand', untilMs: clock.now() + MAX_SWITCH_MS });
    safeguard.set('acme', true, 0);
    expect(safeguard.of('acme', null)).toBeNull();
    for (let at = 0; at < 1_100; at++) safeguard.set(`t${at}`, true, 60_000);
    expect(safeguard.switches()).toHaveLength(1_000);
    expect(safeguard.of('t0', null)).toBeNull();
  });
});
