import { chanceOf } from './chance.ts';

/** A piece of an answer and how long it is waited for, ms at a human pace. */
export interface Piece {
  text: string;
  delayMs: number;
}

/** An answer in pieces of a few letters: the first after 400–700 ms, each other after 20–30 ms. */
export function inPieces(answer: string): Piece[] {
  const chance = chanceOf(answer);
  // Code points, so that no surrogate pair is torn; blanks stay with the word behind them.
  const texts = answer.match(/\s*\S{1,6}|\s+$/gu) ?? [];
  return texts.map((text, index) => ({ text, delayMs: index === 0 ? 400 + chance.below(301) : 20 + chance.below(11) }));
}
