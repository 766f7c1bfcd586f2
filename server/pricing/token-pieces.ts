/** Longest run of signs, or of blanks, that is given to the tokenizer in one piece. Its longest token has 128 letters. */
export const MAX_RUN = 128;

const RUN = new RegExp(`\\S{1,${MAX_RUN}}|\\s{1,${MAX_RUN}}`, 'gu');

/**
 * A text in pieces of which none has a longer run than `MAX_RUN`: a tokenizer merges a run in time that grows with the square of
 * its length (20,000 letters 0.35 s, 100,000 letters 7.5 s). A cut adds at most a token or two. Prose is one piece.
 */
export function* piecesOf(text: string): Generator<string, void, undefined> {
  let from = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (run.length < MAX_RUN) continue;
    const to = index + run.length;
    yield text.slice(from, to);
    from = to;
  }
  if (from < text.length) yield text.slice(from);
}
