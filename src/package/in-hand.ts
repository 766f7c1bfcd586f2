import { isAskId, mintAskId } from '#shared/ask-id.ts';
import type { Clock, Random } from '#shared/clock.ts';

/** One ask that is being sent: what of it must not be stored, and how its answer came. */
export interface InHand {
  id: string;
  /** As they came, without what was said to travel mode. In memory only. */
  headers: Headers;
  credentials: RequestCredentials;
  /** Body of a JSON answer as the API gave it; null for a stream and before it came. */
  text: string | null;
}

/** Where an ask was going, as the device keeps it for an ask that waits. */
export interface Direction {
  to: string;
  stream: boolean;
  credentials: RequestCredentials;
}

/** Path of an ask on its way through the device; where it really goes stands in the query. */
export const ASK_PATH = '/v1/chat/completions';

/** Headers that are said to travel mode and go no further, and those of them that are told to the device. */
const OUR_WORDS = ['x-layover-pace', 'x-layover-history'];

/**
 * Takes a request apart: what the device may keep becomes a request of the device's own wire, everything else is in hand while it
 * lives. `Prefer: respond-async` ends here too: an API that does not know it would refuse the preflight.
 */
export async function takeInHand(
  request: Request,
  { origin, clock, random }: { origin: string; clock: Clock; random: Random },
): Promise<{ hand: InHand; inner: Request }> {
  const body = await request.text();
  const headers = new Headers(request.headers);
  const given = headers.get('idempotency-key');
  const id = given !== null && isAskId(given) ? given : mintAskId(clock, random);
  const inner = new Headers({ 'content-type': 'application/json', 'idempotency-key': id });
  for (const name of [...OUR_WORDS, 'prefer', 'cache-control']) {
    const value = headers.get(name);
    if (value !== null) inner.set(name, value);
  }
  for (const name of OUR_WORDS) headers.delete(name);
  if (/^\s*respond-async\s*$/i.test(headers.get('prefer') ?? '')) headers.delete('prefer');
  const { credentials } = request;
  const stream = /"stream"\s*:\s*true/.test(body);
  return {
    hand: { id, headers, credentials, text: null },
    inner: new Request(origin + writeDirection({ to: request.url, stream, credentials }), {
      method: 'POST',
      headers: inner,
      body,
    }),
  };
}

function writeDirection({ to, stream, credentials }: Direction): string {
  return `${ASK_PATH}?${new URLSearchParams({ to, stream: String(stream), credentials }).toString()}`;
}

/** Null where it is none of ours. */
export function readDirection(params: URLSearchParams): Direction | null {
  const to = params.get('to');
  if (to === null || !URL.canParse(to)) return null;
  const credentials = params.get('credentials') === 'include' ? 'include' : 'same-origin';
  return { to, stream: params.get('stream') === 'true', credentials };
}
