/**
 * So many first characters in common with the beginning of the answer are that beginning, said in other words. At the end of a
 * sentence more: the next one may begin alike. At the end of a line still more: lists and tables begin each line alike.
 */
const ALIKE = { inSentence: 8, afterSentence: 12, afterLine: 24 };

/** What stands at the head of an answer, never in the middle of a sentence. */
const PREAMBLE =
  /^(?:(?:Sure|Certainly|Of course|Absolutely|Okay|Apologies|Sorry|I apologi[sz]e|Here (?:is|are)|Here[’']s|Let me|To continue|Continuing|As (?:I|we) (?:said|were saying))\b|#{1,6} |```|---)/;

/** What only somebody says who was asked for something. */
const REPLY =
  /^(?:Sure|Certainly|Of course|Absolutely|Okay|Apologies|Sorry|I apologi[sz]e|Continuing|To continue|Here(?:’s|'s| is) the (?:rest|continuation))\b[^\n]{0,40}?[,!.:]/;

/** How a sentence or a clause ends: anything may follow. */
const ENDED = /[.!?…:;)\]}"'”’»*|`>~。！？：；」』】]\s*$/;
const LINE_ENDED = /\n\s*$/;

const FIRST_WORD = /^\p{Lu}[\p{L}\p{M}]{2,}(?![\p{L}\p{M}])/u;

/**
 * Whether a continuation visibly is no continuation but an answer that begins anew, in other words. `by its beginning` looks
 * only at what it has in common with the beginning of the first one.
 */
export function looksBegunAnew(sent: string, next: string, how: 'in any way' | 'by its beginning'): boolean {
  const begun = sent.trimStart();
  const said = next.trimStart();
  const alike = commonStart(begun, said);
  if (how === 'by its beginning') return alike >= ALIKE.afterLine;
  if (REPLY.test(said)) return true;
  if (LINE_ENDED.test(sent)) return alike >= ALIKE.afterLine;
  if (ENDED.test(sent)) return alike >= ALIKE.afterSentence;
  // In the middle of a word no capital letter follows.
  if (/\p{Ll}$/u.test(sent) && /^\p{Lu}/u.test(next)) return true;
  if (alike >= ALIKE.inSentence || PREAMBLE.test(said)) return true;
  const word = FIRST_WORD.exec(said)?.[0];
  return word !== undefined && word === FIRST_WORD.exec(begun)?.[0];
}

function commonStart(one: string, other: string): number {
  let same = 0;
  while (same < one.length && same < other.length && one[same] === other[same]) same++;
  return same;
}
