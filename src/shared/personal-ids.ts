import { digitOf, fitsIso7064, fitsLuhn, fitsVerhoeff, weighted } from '#shared/checksums.ts';

/**
 * A national id: its country, its form, what its checksum says of it (without separators, in capitals), and, where the
 * form alone is too weak, a word that must stand near it.
 */
export type NationalId = readonly [country: string, form: RegExp, fits?: ((id: string) => boolean) | 0, word?: RegExp];

const NINE = /\d{3}[ .-]?\d{3}[ .-]?\d{3}/;
const ELEVEN = /\d{11}/;
const finnish = letter('ek2pi87a1', '0123456789ABCDEFHJKLMNPRSTUVWXY');
// The second letter, where there is one, counts too: W nothing, A 1.
const irish = letter('98765432', 'WABCDEFGHIJKLMNOPQRSTUV', (digit) => (digit > 9 ? (digit - 9) % 23 : digit));

/** The ids of persons that are known; of two that fit the first counts. */
export const nationalIds: readonly NationalId[] = [
  ['us', /(?!000|666)\d{3}-(?!00)\d\d-(?!0000)\d{4}/],
  ['us', /\d{3} ?\d\d ?\d{4}/, 0, /ssn|social sec/i],
  ['gb', /[A-CEGHJ-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]/],
  ['gb', /\d{3}[ -]?\d{3}[ -]?\d{4}/, sum('a987654321'), /nhs/i],
  ['de', /[1-9]\d \d{3} \d{3} \d{3}/, fitsTaxId],
  ['de', ELEVEN, fitsTaxId, /steuer|\btax|id-?nr/i],
  ['fr', /[12] ?\d\d ?(?:0[1-9]|[1-4]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d/, fitsComplement],
  ['es', /(?:\d|[XYZ]-?)\d{7}[ -]?[A-Z]/, letter('e6jib8a1', 'TRWAGMYFPDXBNJZSQVHLCKE', (digit) => digit % 33)],
  ['it', /[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]/, fitsFiscalCode],
  ['be', /\d\d\.\d\d\.\d\d-\d{3}\.\d\d/, (id) => fitsComplement(id) || fitsComplement(`2${id}`)],
  ['ch', /756\.\d{4}\.\d{4}\.\d\d/, sum('1313131313131', 10)],
  ['cz', /\d{6}\/\d{4}/, sum('a1a1a1a1a1')],
  ['dk', /[0-3]\d[01]\d{3}-?\d{4}/, 0, /\bcpr/i],
  ['se', /(?:19|20)?\d\d[01]\d\d\d[-+]\d{4}/, (id) => fitsLuhn(id.replace('+', '').slice(-10))],
  ['fi', /[0-3]\d[01]\d{3}[-+A-Y]\d{3}[0-9A-Y]/, (id) => finnish(id.replace(/\D(?=\d)/, ''))],
  ['ie', /\d{7}[A-W][A-IW]?/, (id) => irish((id[8] ?? 'W') + id)],
  ['br', /\d{3}\.\d{3}\.\d{3}-\d\d/, fitsBrazilian],
  ['mx', /[A-Z]{4}\d\d[01]\d[0-3]\d[HMX][A-Z]{5}[A-Z\d]\d/, sum('ihgfedcba987654321', 10, 0, spanish)],
  ['mx', /[A-Z]{4}\d\d[01]\d[0-3]\d[A-Z\d]{3}/, sum('dcba987654321', 11, 0, spanish)],
  ['cl', /\d{1,2}\.\d{3}\.\d{3}-[\dK]/, sum('327654321')],
  ['ar', /\d\d-\d{8}-\d/, sum('54327654321')],
  ['in', /[2-9]\d{3} \d{4} \d{4}/, fitsVerhoeff],
  ['in', /\d{12}/, fitsVerhoeff, /aadh|uid/i],
  ['in', /[A-Z]{3}P[A-Z]\d{4}[A-Z]/],
  ['cn', /\d{6}(?:19|20)\d\d[01]\d[0-3]\d{4}[\dX]/, sum('79a584216379a58421', 11, 1)],
  ['kr', /\d\d[01]\d[0-3]\d-[1-4]\d{6}/],
  ['pt', NINE, orZero('987654321'), /\bnif\b|contribui/i],
  ['nl', NINE, sum('98765432a'), /\bbsn|burgers|sofi/i],
  ['ca', NINE, fitsLuhn, /\bsin\b|social ins/i],
  ['au', NINE, sum('14375869a'), /tfn|tax f/i],
  ['br', ELEVEN, fitsBrazilian, /cpf/i],
  ['pl', ELEVEN, sum('13791379131', 10), /pesel/i],
  ['no', /\d{6} ?\d{5}/, sum('54327654321'), /f[øo]dsels|personn|fnr/i],
];

/** What is left of the weighted sum is `rest`. */
function sum(weights: string, modulus = 11, rest = 0, valueOf?: (digit: number) => number): (id: string) => boolean {
  return (id) => weighted(id, weights, valueOf) % modulus === rest;
}

/** By 11, where a check digit that would be 10 is written 0. */
function orZero(weights: string): (id: string) => boolean {
  return (id) => weighted(id, weights) % 11 <= Number(id.endsWith('0'));
}

/** What is left of the weighted sum names a letter, which comes next. */
function letter(weights: string, letters: string, valueOf?: (digit: number) => number): (id: string) => boolean {
  const { length } = weights;
  return (id) => letters[weighted(id.slice(0, length), weights, valueOf) % letters.length] === id[length];
}

/** The Spanish alphabet has a letter after N. */
function spanish(digit: number): number {
  return digit + Number(digit > 23);
}

function fitsBrazilian(id: string): boolean {
  return orZero('a987654321')(id.slice(0, 10)) && orZero('ba987654321')(id) && new Set(id).size > 1;
}

/** Of the ten digits before the check digit one comes twice or three times, the others at most once. */
function fitsTaxId(id: string): boolean {
  const { size } = new Set(id.slice(0, 10));
  return (size === 8 || size === 9) && fitsIso7064(id);
}

/** The last two digits are what the others lack to a multiple of 97; Corsica's letters count as digits. */
function fitsComplement(id: string): boolean {
  const digits = id.replace('2A', '19').replace('2B', '18');
  return (Number(digits.slice(0, -2)) + Number(digits.slice(-2))) % 97 === 0;
}

/** Characters count by their place in the alphabet or among the digits; the first, third … by a table of their own. */
function fitsFiscalCode(id: string): boolean {
  let total = 0;
  for (let at = 1; at < 16; at++) {
    const digit = digitOf(id, at + 1);
    const place = digit > 9 ? digit - 10 : digit;
    total += at % 2 === 1 ? 'BAFHJNPRTVCESULDGIMOQKWZYX'.charCodeAt(place) - 65 : place;
  }
  return total % 26 === digitOf(id, 1) - 10;
}
