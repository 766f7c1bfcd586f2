/** Choices that look varied and are the same for the same text. */
export interface Chance {
  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** `count` different ones, in the order of the list. */
  some<T>(choices: readonly T[], count: number): T[];
}

/** FNV-1a over UTF-16 units: short, and spreads well enough to choose a paragraph. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

/** Choices drawn from a text, by mulberry32 over its hash. */
export function chanceOf(text: string): Chance {
  let state = hashText(text);
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (end: number): number => next() % end;
  return {
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    some(choices, count) {
      const left = choices.map((_, index) => index);
      const taken: number[] = [];
      while (taken.length < count && left.length > 0) taken.push(...left.splice(below(left.length), 1));
      return taken.sort((a, b) => a - b).flatMap((index) => choices.slice(index, index + 1));
    },
  };
}
