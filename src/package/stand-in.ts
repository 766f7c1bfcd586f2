import { telemetryBatchSchema } from '#shared/telemetry.ts';
import { readJson } from '#shared/json.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import { asStream, notStreamed, withProvenance } from './completion.ts';
import { isJson, judgeResponse } from './foreign-proof.ts';
import { ASK_PATH, readDirection, type InHand } from './in-hand.ts';
import type { SuppliedHeaders } from './messages.ts';
import type { ApiOptions } from './options.ts';

/** Most ids of sent asks, and of events that were told, that are remembered. */
const MOST_IDS = 500;

interface Parts {
  fetch: (request: Request) => Promise<Response>;
  options: ApiOptions;
  policy: TravelPolicy;
  isEndpoint: (url: string) => boolean;
}

/**
 * Stands in for our router, in the worker, in front of an API that has none. The device speaks one wire only, and this answers on
 * it: policy, telemetry and signs of life from what the app said, asks from the API itself with nothing added. There is no journal
 * behind it, so that nothing can be resumed or stopped. That is all that travel mode knows of a foreign API; our own worker has
 * none of it.
 */
export class StandIn {
  readonly #parts: Parts;
  readonly #hands = new Map<string, InHand>();
  /** Asks that this worker has sent, the newest last. */
  readonly #sent = new Set<string>();
  /** Events that the app has heard, the newest last: two batches on the way at once may hold the same ones. */
  readonly #told = new Set<string>();
  /** With which asks that waited are sent; null while no page supplies any. */
  supplied: SuppliedHeaders | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  hold(hand: InHand): void {
    this.#hands.set(hand.id, hand);
  }

  letGo(hand: InHand): void {
    if (this.#hands.get(hand.id) === hand) this.#hands.delete(hand.id);
  }

  /** The network as the device sees it. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === ASK_PATH) return this.#ask(request, searchParams);
    if (pathname === '/api/travel') return ours(this.#parts.policy);
    if (pathname === '/telemetry') return this.#take(await request.text());
    if (pathname === '/healthz') return this.#lives();
    if (request.method !== 'GET') return ours({});
    // What this worker sent failed as it failed, and is not sent once more behind its back. What an earlier one sent is lost.
    if (this.#sent.has(pathname.slice('/ai/'.length))) throw new TypeError('There is nothing to resume from.');
    return ours({ error: { code: 'stream_incomplete', message: 'The answer broke off, and cannot be resumed.' } }, 404);
  };

  async #ask(request: Request, params: URLSearchParams): Promise<Response> {
    const { fetch, options, isEndpoint } = this.#parts;
    const direction = readDirection(params);
    if (direction === null || !isEndpoint(direction.to)) return ours(NO_LONGER_OURS, 404);
    const id = request.headers.get('idempotency-key') ?? '';
    const hand = this.#hands.get(id) ?? null;
    const body = await request.text();
    remember(this.#sent, id);
    const response = await fetch(
      new Request(direction.to, {
        method: 'POST',
        headers: hand?.headers ?? this.#replayHeaders(),
        body: hand === null && !direction.stream ? notStreamed(body) : body,
        credentials: direction.credentials,
        redirect: 'manual',
        signal: request.signal,
      }),
    );
    const judgement = await judgeResponse(response, options.proof);
    if (judgement === 'foreign') return disowned(response);
    if (judgement === 'refusal' || !isJson(response)) return owned(response, response.body);
    const text = await response.text();
    if (hand === null) return this.#asReplayed(response, asStream(text, id));
    hand.text = text;
    return owned(response, withProvenance(text, id) ?? text);
  }

  /** What waited is read as a stream by the device, whatever the API gave. */
  #asReplayed(response: Response, stream: string | null): Response {
    const given = owned(response, stream ?? '{}');
    if (stream !== null) given.headers.set('content-type', 'text/event-stream');
    return given;
  }

  #replayHeaders(): Headers {
    const headers = new Headers(this.supplied ?? {});
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return headers;
  }

  async #lives(): Promise<Response> {
    const { probe } = this.#parts.options;
    // Nobody is asked: the next ask finds out.
    if (probe === undefined || (await probe())) return ours({});
    throw new TypeError('The probe found nobody.');
  }

  #take(text: string): Response {
    for (const event of readJson(telemetryBatchSchema, text)?.events ?? []) {
      if (this.#told.has(event.event_id)) continue;
      remember(this.#told, event.event_id);
      try {
        this.#parts.options.onEvent?.(event);
      } catch (thrown) {
        // The app's own listener: what it throws is not a reason to tell it again.
        console.error('layover: `onEvent` threw.', thrown);
      }
    }
    return ours({});
  }
}

/** Keeps an id among the newest. */
function remember(ids: Set<string>, id: string): void {
  ids.delete(id);
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > MOST_IDS && oldest !== undefined) ids.delete(oldest);
}

const NO_LONGER_OURS = {
  error: { code: 'route_unknown', message: 'The app no longer has travel mode in front of this address.' },
};

function ours(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'x-layover': '1' },
  });
}

/** The API's response on the device's wire. */
function owned(response: Response, body: BodyInit | null): Response {
  const headers = new Headers(response.headers);
  headers.set('x-layover', '1');
  for (const name of ['content-length', 'content-encoding']) headers.delete(name);
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}

/** Somebody else's response; what it says of itself proves nothing. */
function disowned(response: Response): Response {
  if (!response.headers.has('x-layover')) return response;
  const headers = new Headers(response.headers);
  headers.delete('x-layover');
  return new Response(null, { status: response.status, headers });
}
