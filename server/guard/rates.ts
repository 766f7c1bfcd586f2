import type { Clock } from '#shared/clock.ts';

/** How often somebody may ask: `perSecond` in the long run, `burst` at once. */
export interface Rate {
  perSecond: number;
  burst: number;
}

/** Something that is limited, by a name of its own. */
export interface Bucket {
  name: string;
  rate: Rate;
}

/** Rates of asks. Rules: docs/behaviour.md, B10–B14. */
export interface Rates {
  /** Takes one place in every bucket and gives 0, or takes none and gives the ms until there is one in each. */
  take(buckets: readonly Bucket[]): number;
}

/** Most buckets that are remembered: the longest unused go first, and begin anew when they come again. */
export const MAX_BUCKETS = 100_000;

/** A clock in floating ms: less than this early is on time. */
const TOLERANCE_MS = 1e-6;

/**
 * GCRA: of each bucket one number is kept, the moment at which it would be empty again if asks came at exactly its rate.
 * So the wait is exact, and no timer refills anything.
 */
export function createRates(clock: Clock, maxBuckets = MAX_BUCKETS): Rates {
  const emptyAtMs = new Map<string, number>();

  function waitMs({ name, rate }: Bucket, nowMs: number): number {
    const emptyAt = emptyAtMs.get(name) ?? nowMs;
    return emptyAt - (rate.burst - 1) * intervalMs(rate) - nowMs;
  }

  function fill({ name, rate }: Bucket, nowMs: number): void {
    const emptyAt = Math.max(emptyAtMs.get(name) ?? nowMs, nowMs) + intervalMs(rate);
    // Taken out and put in again: a Map keeps the order, so the first is the longest unused.
    emptyAtMs.delete(name);
    emptyAtMs.set(name, emptyAt);
  }

  return {
    take(buckets) {
      const nowMs = clock.monotonic();
      const longestMs = Math.max(0, ...buckets.map((bucket) => waitMs(bucket, nowMs)));
      if (longestMs > TOLERANCE_MS) return Math.ceil(longestMs - TOLERANCE_MS);
      for (const bucket of buckets) fill(bucket, nowMs);
      for (const longestUnused of emptyAtMs.keys()) {
        if (emptyAtMs.size <= maxBuckets) break;
        emptyAtMs.delete(longestUnused);
      }
      return 0;
    },
  };
}

function intervalMs({ perSecond }: Rate): number {
  return 1000 / perSecond;
}
