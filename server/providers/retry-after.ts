import type { ResponseHeaders } from './exchange.ts';

/** Longest wait that is believed; a provider that asks for more is asked again after a day. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/** Milliseconds to wait, from `retry-after-ms`, else `retry-after` in seconds or as a date; null when neither can be read. */
export function readRetryAfter(headers: ResponseHeaders, nowMs: number): number | null {
  const exact = readNumber(headers['retry-after-ms']);
  if (exact !== null) return bound(exact);
  const told = headers['retry-after'];
  if (typeof told !== 'string') return null;
  const seconds = readNumber(told);
  if (seconds !== null) return bound(seconds * 1000);
  // HTTP dates begin with the day's name; `Date.parse` would read "-3" as a year.
  const date = /^[A-Za-z]{3,9},? /.test(told) ? Date.parse(told) : Number.NaN;
  return Number.isNaN(date) ? null : bound(date - nowMs);
}

function readNumber(text: string | string[] | undefined): number | null {
  return typeof text === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}

function bound(milliseconds: number): number {
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(0, Math.ceil(milliseconds)));
}
