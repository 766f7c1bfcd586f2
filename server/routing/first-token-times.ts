import type { Clock } from '#shared/clock.ts';

/** How long each deployment took to its first content, of late. Bounded: the last 200 calls of a day, for each deployment that is configured. */
export interface FirstTokenTimes {
  /**
   * A call that had its first content after so many ms; or one that was ended after them without any: it would have taken
   * longer, and counts with what is known of it.
   */
  add(deploymentId: string, ms: number): void;
  /** The time within which 95 of 100 calls had their first content, at most 10 s or 10 calls old; null while fewer than 30 are known. */
  p95Ms(deploymentId: string): number | null;
  /** The mean of the last ten calls within so many ms; null when there was none. */
  recentMs(deploymentId: string, withinMs: number): number | null;
}

const MOST_SAMPLES = 200;
const LEAST_SAMPLES = 30;
const WINDOW_MS = 24 * 3_600_000;

/** As many waits as LiteLLM's latency-based routing looks at. */
const RECENT_SAMPLES = 10;

/** Sorting for every ask would cost it some 20 µs. */
const FRESH_MS = 10_000;
const FRESH_CALLS = 10;

interface Known {
  samples: { ms: number; atMs: number }[];
  p95Ms: number | null;
  /** Monotonic ms of the last count, and calls since. */
  countedMs: number;
  uncounted: number;
}

export function createFirstTokenTimes({ clock }: { clock: Clock }): FirstTokenTimes {
  const byDeployment = new Map<string, Known>();

  function count(known: Known): void {
    const now = clock.monotonic();
    known.samples = known.samples.filter(({ atMs }) => atMs > now - WINDOW_MS);
    const sorted = known.samples.map(({ ms }) => ms).sort((a, b) => a - b);
    known.p95Ms = sorted.length < LEAST_SAMPLES ? null : (sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null);
    known.countedMs = now;
    known.uncounted = 0;
  }

  return {
    recentMs(deploymentId, withinMs) {
      const samples = byDeployment.get(deploymentId)?.samples.slice(-RECENT_SAMPLES) ?? [];
      const recent = samples.filter(({ atMs }) => atMs > clock.monotonic() - withinMs);
      return recent.length === 0 ? null : recent.reduce((sum, { ms }) => sum + ms, 0) / recent.length;
    },
    add(deploymentId, ms) {
      const known = byDeployment.get(deploymentId) ?? { samples: [], p95Ms: null, countedMs: 0, uncounted: 0 };
      known.samples.push({ ms, atMs: clock.monotonic() });
      if (known.samples.length > MOST_SAMPLES) known.samples.shift();
      known.uncounted += 1;
      byDeployment.set(deploymentId, known);
    },
    p95Ms(deploymentId) {
      const known = byDeployment.get(deploymentId);
      if (known === undefined) return null;
      if (known.uncounted >= FRESH_CALLS || clock.monotonic() - known.countedMs > FRESH_MS) count(known);
      return known.p95Ms;
    },
  };
}
