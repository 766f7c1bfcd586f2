/**
 * Whether a text looks personal: an address of mail, a phone number, a payment card, an account, a secret. For deciding
 * whether to keep an answer, never for changing one. Patterns find what has a form; names and places they do not know.
 */
export function looksPersonal(text: string): boolean {
  return PATTERNS.some((pattern) => pattern.test(text)) || holdsCard(text) || holdsAccount(text);
}

const PATTERNS = [
  // Mail. Bounded repeats, so that hostile text costs linear time.
  /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/u,
  // Phone in international form.
  /(?:^|[^\w+])\+\d{1,3}[ .()-]{0,2}(?:\d[ .()-]{0,2}){6,12}\d(?!\w)/u,
  // Keys and tokens: JWT, PEM, the common providers' prefixes.
  /\beyJ[\w-]{10,}\.[\w-]{10,}\./u,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/u,
  /\b(?:sk|pk|rk)[-_][\w-]{16,}|\bAKIA[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}/u,
  // US social security number.
  /\b\d{3}-\d{2}-\d{4}\b/u,
];

/** 13–19 digits whose Luhn sum is right. */
function holdsCard(text: string): boolean {
  for (const [found] of text.matchAll(/(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/gu)) {
    const digits = found.replaceAll(/\D/g, '');
    let sum = 0;
    for (let at = 0; at < digits.length; at++) {
      const digit = Number(digits[digits.length - 1 - at]);
      sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
    }
    if (sum % 10 === 0) return true;
  }
  return false;
}

/** An IBAN whose remainder by 97 is right. */
function holdsAccount(text: string): boolean {
  for (const [found] of text.matchAll(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b/gu)) {
    const plain = found.replaceAll(' ', '');
    let rest = 0;
    for (const letter of plain.slice(4) + plain.slice(0, 4)) {
      const value = Number.parseInt(letter, 36);
      rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    if (rest === 1) return true;
  }
  return false;
}
