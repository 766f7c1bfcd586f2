import type { Dice } from '../../fakes/random.ts';

/** Words of the storm: one, two, three and four bytes, a joined emoji, and right-to-left. */
const WORDS = [
  'salt',
  'rain',
  'rocks',
  'olá',
  'maré',
  'Ω',
  '日本語',
  '潮',
  'مرحبا',
  '👩‍👩‍👧',
  '𝒳',
  'data:',
  '{"a":1}',
  '\n\n',
];

/** The nth question. A bad one is refused by whoever is asked, and that is the caller's own fault. */
export function questionOf(nth: number, kind: 'good' | 'bad', dice: Dice): string {
  const words = Array.from({ length: 4 + Math.floor(dice() * 30) }, () => pick(WORDS, dice));
  return `[${kind} ${nth}] Why ${words.join(' ')}?`;
}

/** The question inside any text; null when there is none. */
export function readQuestion(text: string): { nth: number; bad: boolean } | null {
  const [, kind, nth] = /\[(good|bad) (\d+)\]/.exec(text) ?? [];
  return nth === undefined ? null : { nth: Number(nth), bad: kind === 'bad' };
}

/**
 * The one right answer to a question: numbered words, and the checksum of the question at both ends. A word that is
 * missing, said twice, of another question or of a question cut short is noticed by comparing.
 */
export function answerTo(question: string): string {
  const sum = checksum(question);
  const length = 12 + (sum % 40);
  const words = Array.from({ length }, (_, at) => `${at + 1}:${WORDS[(sum + at * 7) % WORDS.length] ?? ''}`);
  return `#${sum} ${words.join(' ')} #${sum}.`;
}

/** The text in pieces of one to twelve UTF-16 units, never through a character of two. */
export function piecesOf(text: string, dice: Dice): string[] {
  const letters = [...text];
  const pieces: string[] = [];
  while (letters.length > 0) pieces.push(letters.splice(0, 4 + Math.floor(dice() * 24)).join(''));
  return pieces;
}

export function pick<T>(from: readonly T[], dice: Dice): T {
  const picked = from[Math.floor(dice() * from.length)];
  if (picked === undefined) throw new RangeError('There is nothing to pick from.');
  return picked;
}

/** FNV-1a over UTF-16 units. */
function checksum(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return sum;
}
