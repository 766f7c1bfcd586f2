/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function openDice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Where 95 % of a normal distribution end, in standard deviations. */
const P95_DEVIATIONS = 1.6449;

/** Longest that is drawn, in milliseconds: the tail of the distribution has no end. */
const LONGEST_DRAWN_MS = 120_000;

/** A wait in milliseconds: as it is said, or drawn from the log-normal distribution with this median and 95th percentile. */
export function drawLatency(said: number | { p50: number; p95: number }, dice: () => number): number {
  if (typeof said === 'number') return said;
  if (said.p50 === 0) return said.p95;
  const deviation = Math.log(said.p95 / said.p50) / P95_DEVIATIONS;
  // Box and Muller's; 1 - dice() is never 0.
  const drawn = Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());
  return Math.min(LONGEST_DRAWN_MS, said.p50 * Math.exp(deviation * drawn));
}
