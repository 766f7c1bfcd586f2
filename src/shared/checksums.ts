/** Luhn: every second digit from the right is doubled, its digits added; the whole is a multiple of 10. */
export function fitsLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 1; at <= digits.length; at++) {
    const digit = Number(digits.at(-at));
    sum += at % 2 === 1 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

/** Verhoeff: the digits are turns and flips of a pentagon, each permuted by its place; together they change nothing. */
export function fitsVerhoeff(digits: string): boolean {
  let state = 0;
  for (let at = 1; at <= digits.length; at++) {
    let digit = Number(digits.at(-at));
    for (let times = at; times % 8 !== 1; times--) digit = Number('1576283094'[digit]);
    const turn = state < 5 ? state + digit : state - digit + 10;
    state = (turn % 5) + (state < 5 === digit < 5 ? 0 : 5);
  }
  return state === 0;
}

/** ISO 7064, modulus 11 and 10: the last digit checks the others. */
export function fitsIso7064(digits: string): boolean {
  let rest = 5;
  for (const digit of digits) rest = ((((rest || 10) * 2) % 11) + Number(digit)) % 10;
  return rest === 1;
}

/**
 * Each character times its weight, one of base 36 for each, aligned at the right; added up. `valueOf` says what a character
 * counts that is written as a digit of base 36: by default any letter is the 10 it stands for.
 */
export function weighted(
  text: string,
  weights: string,
  valueOf = (digit: number): number => Math.min(digit, 10),
): number {
  let sum = 0;
  for (let at = 1; at <= text.length; at++) sum += valueOf(digitOf(text, at)) * digitOf(weights, at);
  return sum;
}

/** The character `at` from the right, as a digit of base 36. */
export function digitOf(text: string, at: number): number {
  return Number.parseInt(text.at(-at) ?? '', 36);
}
