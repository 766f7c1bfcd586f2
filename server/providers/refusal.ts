import type { Clock } from '#shared/clock.ts';
import { collectText } from './collect.ts';
import { kindOf, readComplaint } from './complaint.ts';
import type { Exchange, ResponseHeaders } from './exchange.ts';
import { ProviderFailure, type ProviderCall } from './provider.ts';
import { readRetryAfter } from './retry-after.ts';
import { scrub } from './scrub.ts';
import type { Complaint } from './wire.ts';

/** An error body is read so far and so long; its status alone says enough. */
const MAX_ERROR_BYTES = 65_536;
const ERROR_BODY_MS = 1_000;

/** What the body of an error status says. A body that breaks off, or never ends, says nothing. */
export async function readRefusal(exchange: Exchange, clock: Clock, status: number): Promise<Complaint> {
  // The status is known, and tells the kind.
  return readComplaint(status, (await readErrorBody(exchange, clock)) ?? '');
}

/** The body of an error status; null when it breaks off, never ends, or is too long. */
export async function readErrorBody(exchange: Exchange, clock: Clock): Promise<string | null> {
  const late = new Error('The error body took too long.');
  const cancel = clock.after(ERROR_BODY_MS, () => exchange.stop(late));
  try {
    const limits = { maxBytes: MAX_ERROR_BYTES, silenceMs: ERROR_BODY_MS, silent: late };
    return await collectText(exchange, clock, limits);
  } catch {
    // A body that broke off is as good as none.
    return null;
  } finally {
    cancel();
  }
}

/** The failure that a complaint stands for; `status` is the one of the response. */
export function failureOf(
  { url, apiKey, clock }: { url: URL; apiKey: string | null; clock: Clock },
  call: ProviderCall,
  told: { complaint: Complaint; status: number; headers?: ResponseHeaders },
): ProviderFailure {
  const { complaint, status } = told;
  const words = scrub(complaint.message, apiKey, call.messages);
  const name = scrub(complaint.code || complaint.type, apiKey, []);
  const retryAfterMs = readRetryAfter(told.headers ?? {}, clock.now());
  const where = told.headers === undefined ? 'an error inside its answer' : String(status);
  const moved = status >= 300 && status < 400 ? ' It redirects, which is not followed.' : '';
  const said = words === '' ? '' : ` It says: ${words}`;
  return new ProviderFailure(
    kindOf(complaint),
    `\`${url.host}\` answered ${where}${name === '' ? '' : ` (${name})`}.${moved}${said}`,
    {
      status: complaint.status ?? status,
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
      ...(words === '' ? {} : { words }),
    },
  );
}
