import type { Network } from '#device/rows.ts';

/** What an answer of the network is worth: ours, a sign-in page's, or somebody else's. */
export type Proof = Extract<Network, 'ok' | 'portal' | 'bad-answer'>;

/**
 * Whether our router gave this answer. Only `x-layover: 1` with JSON or an event stream counts, whatever the status.
 * A redirect, a 511 or a page of HTML with a 2xx is a network that wants a sign-in; anything else is a bad answer. So is what
 * another device module gave in the router's place: a page that sends by itself may get a worker in between.
 */
export function proveResponse(response: Response): Proof {
  const type = response.headers.get('content-type') ?? '';
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    return response.status === 304 && isOurs(response) ? 'ok' : 'portal';
  }
  const given = response.headers.get('x-layover-network');
  if (response.status === 511 || given === 'portal') return 'portal';
  if (given !== null) return 'bad-answer';
  if (isOurs(response) && /^(application\/json|text\/event-stream)\b/i.test(type)) return 'ok';
  return response.ok && /^(text\/html|application\/xhtml)/i.test(type) ? 'portal' : 'bad-answer';
}

export function isStream(response: Response): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
}

function isOurs(response: Response): boolean {
  return response.headers.get('x-layover') === '1';
}

/** Milliseconds that `retry-after` asks to wait, as seconds or as a date; null when it says nothing. */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const told = headers.get('retry-after');
  if (told === null) return null;
  const seconds = Number(told);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(told);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
