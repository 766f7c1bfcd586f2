import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMinuteLimits } from '../../../server/routing/minute-limits.ts';
import { pickFastest } from '../../../server/routing/plan.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { seededRandom } from '../../fakes/random.ts';
import { deploymentOf } from '../ask/sample-configuration.ts';

it('[R26] no minute has more than the limit, at any pace, and what is told to wait fits after it', async () => {
  const pace = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), pace, async (limit, gaps) => {
      const clock = fakeClock();
      const minute = createMinuteLimits({ requests: limit, tokens: null }, clock);
      const taken: number[] = [];
      for (const gap of gaps) {
        await clock.advance(gap);
        const waitMs = minute.waitMs(0);
        const within = taken.filter((at) => at > clock.monotonic() - 60_000);
        if (waitMs > 0) {
          expect(within.length).toBeGreaterThan(0);
          await clock.advance(waitMs);
          expect(minute.waitMs(0)).toBe(0);
        }
        minute.take(0);
        taken.push(clock.monotonic());
        expect(taken.filter((at) => at > clock.monotonic() - 60_000).length).toBeLessThanOrEqual(limit);
      }
    }),
    { numRuns: 20 },
  );
}, 30_000);

it('[R26] an ask that is larger than the limit itself goes when the minute is empty', async () => {
  const clock = fakeClock();
  const minute = createMinuteLimits({ requests: null, tokens: 100 }, clock);
  expect(minute.waitMs(500)).toBe(0);
  minute.take(500);
  expect(minute.waitMs(1)).toBe(61_000);
  await clock.advance(61_000);
  expect(minute.waitMs(500)).toBe(0);
});

it('[R28] the lowest mean is picked, chance among those within the buffer, the unknown before all', () => {
  const nowhere = { apiBase: 'http://127.0.0.1:1', apiKey: '' };
  const [a, b, c] = [deploymentOf('a', nowhere), deploymentOf('b', nowhere), deploymentOf('c', nowhere)];
  const means = new Map([
    ['a', 300],
    ['b', 200],
    ['c', 900],
  ]);
  const picks = (buffer: number, known = means): Set<string | undefined> => {
    const random = seededRandom();
    const meanMs = ({ id }: { id: string }): number | null => known.get(id) ?? null;
    return new Set(Array.from({ length: 50 }, () => pickFastest([a, b, c], { meanMs, buffer }, random)?.id));
  };
  expect(picks(0)).toEqual(new Set(['b']));
  expect(picks(0.5)).toEqual(new Set(['a', 'b']));
  expect(picks(0, new Map([...means].slice(0, 2)))).toEqual(new Set(['c']));
});
