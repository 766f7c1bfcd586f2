import { readFileSync } from 'node:fs';
import { tellApart, type Difference } from '../../src/similar/guard.ts';
import { readMeaning } from '../../src/similar/meaning.ts';

/** Two questions and what a person said of them. */
export interface Pair {
  /** `alike`: one may be offered for the other. Anything else names why not. */
  label: string;
  asked: string;
  saved: string;
}

/** The labelled pairs of one part of the corpus. */
export function readPairs(part: 'tuned' | 'held-out'): Pair[] {
  const text = readFileSync(new URL(`../fixtures/similar/${part}.txt`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [label, asked, saved, ...more] = line.split(' | ');
      if (label === undefined || asked === undefined || saved === undefined || more.length > 0)
        throw new Error(`This line is no pair: ${line}`);
      return { label, asked, saved };
    });
}

export function judge({ asked, saved }: Pair): Difference | null {
  return tellApart(readMeaning(asked), readMeaning(saved));
}

/** How the guard does on a part, as the row of the table in docs/similar.md. */
export function measure(pairs: readonly Pair[]): {
  pairs: number;
  alike: number;
  offeredWrongly: Pair[];
  missed: Pair[];
  row: string;
} {
  const alike = pairs.filter(({ label }) => label === 'alike');
  const others = pairs.filter(({ label }) => label !== 'alike');
  const offeredWrongly = others.filter((pair) => judge(pair) === null);
  const missed = alike.filter((pair) => judge(pair) !== null);
  const right = alike.length - missed.length;
  const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;
  const figures = [
    pairs.length,
    alike.length,
    others.length,
    offeredWrongly.length,
    missed.length,
    percent(right, right + offeredWrongly.length),
    percent(right, alike.length),
  ];
  return { pairs: pairs.length, alike: alike.length, offeredWrongly, missed, row: figures.join(' | ') };
}
