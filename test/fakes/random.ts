import type { Random } from '#shared/clock.ts';

/** Random bytes that are the same in every run. */
export function seededRandom(seed = 1): Random {
  const next = mulberry32(seed);
  return { bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff) };
}

/** Gives numbers in [0, 1). */
export type Dice = () => number;

/** A dice that falls the same in every run. */
export function seededDice(seed = 1): Dice {
  const next = mulberry32(seed);
  return () => next() / 2 ** 32;
}

/** Whole numbers of 32 bits, drawn by mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
