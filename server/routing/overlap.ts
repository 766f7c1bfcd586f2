/** Places at which a text holds another, `most` of them at most. */
export function positionsOf(part: string, text: string, most: number): number[] {
  const places: number[] = [];
  if (part === '') return places;
  for (let at = text.indexOf(part); at !== -1 && places.length < most; at = text.indexOf(part, at + 1)) places.push(at);
  return places;
}

/** How many of the first characters of `next` are the last ones of `text`; the most that can be said so of. */
export function longestOverlap(text: string, next: string): number {
  const tail = text.slice(Math.max(0, text.length - next.length));
  const borders = bordersOf(next);
  let matched = 0;
  for (const letter of lettersOf(tail)) {
    while (matched > 0 && (matched === next.length || next[matched] !== letter)) matched = borders[matched - 1] ?? 0;
    if (next[matched] === letter) matched++;
  }
  return matched;
}

/** Whether a text is one piece said twice or more, the last time maybe in part. */
export function isRepetitive(text: string): boolean {
  const border = bordersOf(text).at(-1) ?? 0;
  return text.length - border <= text.length / 2;
}

/** For each beginning of a text the longest shorter beginning that it ends with (Knuth, Morris, Pratt). */
function bordersOf(text: string): number[] {
  const borders = text === '' ? [] : [0];
  let border = 0;
  for (let at = 1; at < text.length; at++) {
    while (border > 0 && text[border] !== text[at]) border = borders[border - 1] ?? 0;
    if (text[border] === text[at]) border++;
    borders.push(border);
  }
  return borders;
}

/** UTF-16 units, as lengths count them; a `for … of` over the text would give code points. */
function* lettersOf(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length; at++) yield text.charAt(at);
}
