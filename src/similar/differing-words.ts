import { guessLanguage, isStopWord } from './language.ts';
import { readWords } from './words.ts';

/** A piece of a question, and whether the other question lacks it. */
export interface Piece {
  text: string;
  differs: boolean;
}

/**
 * Cuts a question into pieces, so that what the other one does not say can be marked. Words of grammar ("do" for "can") are no difference
 * that a reader needs to see. Nothing of the text is lost or changed.
 */
export function markDiffering(text: string, other: string): Piece[] {
  const known = new Set(readWords(other).map(({ plain }) => plain));
  const pieces: Piece[] = [];
  const put = (piece: string, differs: boolean): void => {
    if (piece === '') return;
    const last = pieces.at(-1);
    if (last?.differs === differs) last.text += piece;
    else pieces.push({ text: piece, differs });
  };
  let end = 0;
  const words = readWords(text);
  const language = guessLanguage(
    words.map(({ plain }) => plain),
    text,
  );
  for (const { from, to } of words) {
    // A contraction is several words at one place, and done with the first.
    if (from < end) continue;
    put(text.slice(end, from), false);
    end = to;
    put(
      text.slice(from, to),
      words.some((word) => word.from === from && !known.has(word.plain) && !isStopWord(word.plain, language)),
    );
  }
  put(text.slice(end), false);
  return pieces;
}
