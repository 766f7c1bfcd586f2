import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRates } from '../../../server/guard/rates.ts';
import { fakeClock } from '../../fakes/clock.ts';

const bucket = (name: string, perSecond: number, burst: number) => ({ name, rate: { perSecond, burst } });

describe('rates of asks', () => {
  it('[B10] lets a burst in at once, then the next one exactly when its time has come', async () => {
    const clock = fakeClock();
    const rates = createRates(clock);
    const mine = [bucket('mine', 2, 3)];
    expect([rates.take(mine), rates.take(mine), rates.take(mine)]).toEqual([0, 0, 0]);
    expect(rates.take(mine)).toBe(500);
    await clock.advance(499);
    expect(rates.take(mine)).toBe(1);
    await clock.advance(1);
    expect(rates.take(mine)).toBe(0);
    expect(rates.take(mine)).toBe(500);
  });

  it('[B10] refuses nobody for having been refused: a wait that was told holds, however often it is asked for', async () => {
    const clock = fakeClock();
    const rates = createRates(clock);
    const mine = [bucket('mine', 1, 1)];
    rates.take(mine);
    for (let tries = 0; tries < 100; tries++) expect(rates.take(mine)).toBe(1000);
    await clock.advance(1000);
    expect(rates.take(mine)).toBe(0);
  });

  it('[B11] takes a place in every bucket or in none', async () => {
    const clock = fakeClock();
    const rates = createRates(clock);
    const tenant = bucket('tenant', 10, 2);
    rates.take([tenant, bucket('ada', 1, 1)]);
    expect(rates.take([tenant, bucket('ada', 1, 1)])).toBe(1000);
    // What was refused for Ada took nothing of the tenant's second place.
    expect(rates.take([tenant, bucket('bob', 1, 1)])).toBe(0);
    expect(rates.take([tenant, bucket('eve', 1, 1)])).toBe(100);
  });

  it('[B10] never lets in more than the burst and the rate of the time that passed, and never makes anybody wait in vain', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 80 });
    const rate = fc.record({
      perSecond: fc.double({ min: 0.05, max: 50, noNaN: true }),
      burst: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(gaps, rate, (waits, { perSecond, burst }) => {
        let nowMs = 0;
        const rates = createRates({ ...fakeClock(), monotonic: () => nowMs });
        const mine = [bucket('mine', perSecond, burst)];
        const taken: number[] = [];
        for (const wait of waits) {
          nowMs += wait;
          const leftMs = rates.take(mine);
          if (leftMs === 0) taken.push(nowMs);
          else {
            nowMs += leftMs;
            expect(rates.take(mine)).toBe(0);
            taken.push(nowMs);
          }
        }
        taken.forEach((from, first) => {
          const within = taken.slice(first).map((to, count) => [count + 1, burst + ((to - from) * perSecond) / 1000]);
          for (const [count = 0, most = 0] of within) expect(count).toBeLessThanOrEqual(most + 1e-6);
        });
      }),
    );
  });

  it('[B12] remembers a bounded number of buckets; the longest unused is forgotten first', () => {
    const rates = createRates(fakeClock(), 2);
    const take = (name: string): number => rates.take([bucket(name, 1, 1)]);
    expect([take('a'), take('b'), take('c')]).toEqual([0, 0, 0]);
    expect([take('c'), take('b')]).toEqual([1000, 1000]);
    expect(take('a')).toBe(0);
  });
});
