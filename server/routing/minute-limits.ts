import type { Clock } from '#shared/clock.ts';

/** The window slides by so much, ms: a limit is never exceeded in any minute, and freed at most so much late. */
const SLICE_MS = 1_000;
const SLICES = 60;

/** What one deployment may take in a minute. Rules: docs/behaviour.md, R26. */
export interface MinuteLimits {
  /** Ms until one more call of so many tokens fits; 0 when it fits now. */
  waitMs(tokens: number): number;
  /** A call begins that is expected to take so many tokens. */
  take(tokens: number): Taken;
}

/** What a call took, to be set right once it is known. */
export interface Taken {
  settle(tokens: number): void;
}

/** Limits of so many requests and tokens a minute; null for none. Memory is bounded: 61 sums, however many calls. */
export function createMinuteLimits(
  limits: { requests: number | null; tokens: number | null },
  clock: Clock,
): MinuteLimits {
  const requests = new SlidingMinute(clock);
  const tokensUsed = new SlidingMinute(clock);
  return {
    waitMs: (tokens) =>
      Math.max(
        limits.requests === null ? 0 : requests.waitMs(1, limits.requests),
        limits.tokens === null ? 0 : tokensUsed.waitMs(tokens, limits.tokens),
      ),
    take(tokens) {
      requests.add(1);
      const settle = tokensUsed.add(tokens);
      return { settle };
    },
  };
}

/** A sum over the last minute. */
class SlidingMinute {
  readonly #clock: Clock;
  /** Sums by the number of their slice; never more than `SLICES + 1` of them. */
  readonly #slices = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds an amount; the returned function puts another in its place, as long as it still counts. */
  add(amount: number): (other: number) => void {
    const slice = this.#forget();
    this.#slices.set(slice, (this.#slices.get(slice) ?? 0) + amount);
    let counted = amount;
    return (other) => {
      const sum = this.#slices.get(slice);
      if (sum !== undefined) this.#slices.set(slice, Math.max(0, sum - counted + other));
      counted = other;
    };
  }

  /** Ms until `amount` more stays within `limit`. More than the limit itself goes when the minute is empty. */
  waitMs(amount: number, limit: number): number {
    const now = this.#forget();
    let sum = 0;
    for (const used of this.#slices.values()) sum += used;
    if (sum === 0 || sum + amount <= limit) return 0;
    for (const [slice, used] of this.#slices) {
      sum -= used;
      if (sum > 0 && sum + amount > limit) continue;
      const freeAt = (slice + SLICES + 1) * SLICE_MS;
      return Math.max(1, Math.ceil(freeAt - this.#clock.monotonic()));
    }
    return (now + SLICES + 1) * SLICE_MS;
  }

  /** Drops what is older than a minute; gives the present slice. A Map keeps the order of insertion, which is that of time. */
  #forget(): number {
    const now = Math.floor(this.#clock.monotonic() / SLICE_MS);
    for (const slice of this.#slices.keys()) {
      if (slice >= now - SLICES) break;
      this.#slices.delete(slice);
    }
    return now;
  }
}
