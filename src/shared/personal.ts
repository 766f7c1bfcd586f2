import { digitOf, fitsLuhn } from '#shared/checksums.ts';
import { nationalIds } from '#shared/personal-ids.ts';

/** What a text can hold that is somebody's own. `id-…` is a national id, by the two letters of its country. */
export type PersonalKind = 'email' | 'phone' | 'card' | 'iban' | 'ip' | 'secret' | `id-${string}`;

/** Where a text looks personal; place and length in UTF-16 units. */
export interface PersonalMark {
  kind: PersonalKind;
  at: number;
  length: number;
}

/** One form: what it is of, how it looks, and what else must hold of what was found, by what stands before and after it. */
type Shape = readonly [
  kind: PersonalKind,
  form: RegExp,
  holds?: (found: string, before: string, after: string) => boolean,
];

/** Most marks that are given: a text with as many is personal all the same. */
const MAX_MARKS = 1_000;

/** Characters before and after a find in which a word may say what it is. */
const BEFORE = 32;
const AFTER = 16;

/** Words after which a number is one of a phone, and words after which it is none. */
const PHONE_WORD = /\b(?:t[eé]l|phone|call|mobil|móvil|cell|celular|handy|fax|whatsapp|sms|anruf)\D*$/i;
const NUMBER_WORD =
  /(?:order|invoice|\bref|ticket|is[bs]n|\bpart|serial|track|version|section|bestell|rechnung|commande|factur|pedido|\bv\W*$)\D*$/i;
const DATE = /^\d{4}-\d\d-\d\d|^\d\d?[./-]\d\d?[./-]\d{4}/;

/**
 * The forms in groups, the most telling first, each behind a hint that is quick to look for: most texts end there. Repeats
 * are bounded, or begin at the edge of a word, so that any text costs time in proportion to its length.
 */
const groups: readonly (readonly [hint: RegExp, shapes: readonly Shape[]])[] = [
  [
    /\b[\w+/=-]{16}|-----B/,
    [
      ['secret', /-----BEGIN [A-Z ]{0,30}PRIVATE KEY/g],
      ['secret', /(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}/g],
      [
        'secret',
        /(?<![\w-])(?:[lrs]k[-_]|gh[opsur]_|github_pat_|npm_|hf_|glpat-|xox[a-z]-|xapp-|whsec_|A[KS]IA|AIza|ya29\.|GOCSPX-|SG\.)[\w-]{16,}/g,
        isDense,
      ],
      [
        'secret',
        /(?:bearer|token|secret|passw|api[_ -]?key|access[_ -]?key)[\w ]{0,12}["']?[ :=]{1,3}["']?[\w+/=-]{16,200}/gi,
        isDense,
      ],
    ],
  ],
  [
    /@/,
    [
      ['secret', /:\/\/[^\s/:@]{1,64}:[^\s/:@]{1,64}@/g],
      ['email', /(?<![\w.+-])(?!git@)[\w.+-]{1,64}@(?!\d+x\.)(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}(?![\w-])/gi],
    ],
  ],
  [
    /\d(?:\W{0,2}\d){4}|\d[\da-f]{3}:|\d{4}[a-z]|\d\d[a-z]\d\d/i,
    [
      edged('iban', /[A-Z]{2}\d\d(?:[ -]?[A-Z\d]){11,30}/, isAccount),
      edged('card', /[2-6]\d{3}(?:(?:[ -]?\d{4}){3}|[ -]?\d{6}[ -]?\d{4,5})/, isCard),
      ...nationalIds.map(([country, form, fits, word]) =>
        edged(
          `id-${country}`,
          form,
          (found, before, after) =>
            (!fits || fits(found.replaceAll(/[ ./-]/g, '').toUpperCase())) &&
            (!word || word.test(`${before} ${after}`)),
        ),
      ),
      edged('ip', /(?:\d{1,3}\.){3}\d{1,3}/, isAddress),
      [
        'ip',
        /(?<![\w:])[23][\da-f]{3}:(?=[\da-f:]{0,34}::|(?:[\da-f]{1,4}:){6})(?:[\da-f]{0,4}:){1,7}[\da-f]{0,4}(?![\w:])/gi,
      ],
      ['phone', /(?<![\w+])\+[1-9](?:[ ()./-]{0,2}\d){8,14}(?!\w)/g],
      edged('phone', /(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[.-]\d{4}/),
      edged('phone', /\(\d\d\) ?\d{4,5}[- ]\d{4}/),
      edged('phone', /0[1-9](?:\.\d\d){4}/),
      edged(
        'phone',
        /\(?00?[1-9]\d{0,4}\)?[ /-]{1,2}\d{2,8}(?:[ -]\d{2,8}){0,4}/,
        (found, before) => /^(?:\D*\d){10,14}$/.test(found) && !DATE.test(found) && !NUMBER_WORD.test(before),
      ),
      edged('phone', /\(?\d(?:[ ()./-]{0,2}\d){6,12}/, (found, before) => !DATE.test(found) && PHONE_WORD.test(before)),
    ],
  ],
];

/**
 * Whether a text looks personal: an address of mail or of a computer, a phone number, a payment card, an account, a
 * national id, a secret. For deciding whether to keep a text, never for changing one. Forms find what has a form: names
 * and places they do not know. How well they do: docs/privacy.md.
 */
export function looksPersonal(text: string): boolean {
  return groups.some(([hint, shapes]) => hint.test(text) && shapes.some((shape) => search(shape, text, () => true)));
}

/**
 * What of a text looks personal, in order and without overlap; where two forms fit, the more telling one. At most 1,000
 * marks. `countries` bounds the national ids that are looked for; default all that are known.
 */
export function findPersonal(text: string, countries?: readonly string[]): PersonalMark[] {
  const marks: PersonalMark[] = [];
  for (const shape of groups.flatMap(([, shapes]) => shapes)) {
    const [kind] = shape;
    if (countries !== undefined && kind.startsWith('id-') && !countries.includes(kind.slice(3))) continue;
    search(shape, text, (at, length) => {
      if (!marks.some((known) => known.at < at + length && at < known.at + known.length))
        marks.push({ kind, at, length });
      return marks.length >= MAX_MARKS;
    });
  }
  return marks.sort((a, b) => a.at - b.at);
}

/** Gives each find to `take` until it says that this was enough; whether it did. */
function search([, form, holds]: Shape, text: string, take: (at: number, length: number) => boolean): boolean {
  form.lastIndex = 0;
  for (let match = form.exec(text); match !== null; match = form.exec(text)) {
    const { 0: found, index: at } = match;
    const end = at + found.length;
    if (holds && !holds(found, text.slice(Math.max(0, at - BEFORE), at), text.slice(end, end + AFTER)))
      // What was no find may hide the beginning of one.
      form.lastIndex = at + 1;
    else if (take(at, found.length)) return true;
  }
  return false;
}

/** The form where it stands alone: not inside a word, a longer number, or a number in groups of four. */
function edged(kind: PersonalKind, form: RegExp, holds?: Shape[2]): Shape {
  return [
    kind,
    new RegExp(`(?:${form.source})(?!\\w|[.-]\\d| \\d{4})`, 'gi'),
    // Looked for afterwards: in front of the form it would be tried at each place of the text.
    (found, before, after) => !/\w$|\d[.-]$/.test(before) && (!holds || holds(found, before, after)),
  ];
}

/** Chance made it, not a person: letters and digits, and few of them twice. */
function isDense(found: string): boolean {
  return /\d/.test(found) && /[a-z]/i.test(found) && new Set(found.slice(-16)).size > 7;
}

/** A remainder of 1 by 97, letters counting as 10 to 35. What follows may look like a part of it: each end of a group counts. */
function isAccount(found: string): boolean {
  const head = Number(found.slice(0, 4).replaceAll(/\D/g, (letter) => `${digitOf(letter, 1)}`));
  let rest = 0;
  for (let at = 4; at < found.length; at++) {
    const digit = digitOf(found, found.length - at);
    if (digit >= 0) rest = (rest * (digit > 9 ? 100 : 10) + digit) % 97;
    if (at > 13 && !/\w/.test(found[at + 1] ?? '') && (rest * 1e6 + head) % 97 === 1) return true;
  }
  return false;
}

/** The lengths and first digits of the known brands, and Luhn. Without separators it may not be called something else. */
function isCard(found: string, before: string): boolean {
  const digits = found.replaceAll(/\D/g, '');
  const isBrand = /^(?:3[47].{13}|(?:3[0568]|4.|5[1-5]|2[2-7]|6[0-5]).{12}(?:..)?)$/.test(digits);
  return isBrand && fitsLuhn(digits) && (digits !== found || !NUMBER_WORD.test(before));
}

/** A public address, and no version: those have short parts, or a word before them. */
function isAddress(found: string, before: string): boolean {
  if (found.split('.').some((part) => Number(part) > 255) || NUMBER_WORD.test(before)) return false;
  if (/^(?:0|10|127|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168|22[4-9]|2[3-5]\d)\./.test(found)) return false;
  return found.length > 8 || /\bip\b|address|host|server/i.test(before);
}
