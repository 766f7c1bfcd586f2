/** The answer of the bench: twelve pieces of about fifty characters. */
export const PIECES: readonly string[] = Array.from(
  { length: 12 },
  (_, at) => `${at}: salt comes from rocks, and rain carries it to sea. `,
);

/** Stands in the first piece of content, and nowhere before it. */
export const FIRST_CONTENT = '0: salt';

const FILLER = 'Why is the sea salty, and the rain that feeds it not? '.repeat(8);

/** The nth request of a run; no two are the same, so that no cache can answer. */
export function bodyOf(nth: number, stream: boolean): string {
  const content = `${FILLER} #${nth}`;
  return JSON.stringify({ model: 'chat', messages: [{ role: 'user', content }], ...(stream ? { stream } : {}) });
}
