import * as z from 'zod';
import { picoUsdFrom } from '../pricing/price.ts';

/** A schema for one written value. `allowed` completes the sentence "… must be …"; `read` gives undefined for what is not allowed. */
function value<T>(allowed: string, read: (text: string) => T | undefined) {
  return z.unknown().transform((found, context): T => {
    const meant = typeof found === 'string' ? read(found.trim()) : undefined;
    if (meant !== undefined) return meant;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** A number from `from` to `to`; `unit` stands after "a number of" in the sentence. */
export function number(unit: string, from: number, to: number) {
  return value(`a number${unit} from ${show(from)} to ${show(to)}`, (text) => within(text, from, to));
}

/** A number above 0, at most `to`. */
export function positive(unit: string, to: number) {
  return value(`a number${unit} above 0, at most ${show(to)}`, (text) => {
    const found = within(text, 0, to);
    return found === 0 ? undefined : found;
  });
}

export function whole(unit: string, from: number, to: number) {
  return value(`a whole number${unit} from ${show(from)} to ${show(to)}`, (text) => {
    const found = within(text, from, to);
    return found !== undefined && Number.isInteger(found) ? found : undefined;
  });
}

/** A limit in seconds, as LiteLLM counts, kept as milliseconds. */
export function secondsAsMs(to = 86_400) {
  return value(`a number of seconds above 0, at most ${show(to)}`, (text) => {
    const found = within(text, 0, to);
    return found === undefined || found === 0 ? undefined : Math.max(1, Math.round(found * 1000));
  });
}

/** Words that YAML 1.1 readers, LiteLLM's among them, take for a truth value. */
const TRUTH = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
]);

export function yesNo() {
  return value('`true` or `false`', (text) => TRUTH.get(text.toLowerCase()));
}

export function text(most: number) {
  return value(`text of 1 to ${show(most)} characters`, (found) =>
    found.length >= 1 && found.length <= most ? found : undefined,
  );
}

/** Text that fits a pattern; `allowed` says it in words. */
export function matching(pattern: RegExp, allowed: string) {
  return value(allowed, (found) => (pattern.test(found) ? found : undefined));
}

export function oneOf<const T extends string>(...words: readonly T[]) {
  const allowed = words.map((word) => `\`${word}\``);
  return value(
    `${allowed.slice(0, -1).join(', ')}${allowed.length > 1 ? ' or ' : ''}${allowed.at(-1) ?? ''}`,
    (found) => words.find((word) => word === found),
  );
}

/** Dollars per token, kept as whole pico-dollars. */
export function pricePerToken() {
  return value('a number of dollars per token from 0 to 1', (found) => picoUsdFrom(found) ?? undefined);
}

function within(text: string, from: number, to: number): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const found = Number(text);
  return found >= from && found <= to ? found : undefined;
}

function show(bound: number): string {
  return bound.toLocaleString('en', { maximumFractionDigits: 6 });
}
