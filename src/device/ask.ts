import { isAskId, isIdempotencyKey, mintAskId } from '#shared/ask-id.ts';
import { chatRequestSchema, featureOf, messagesOf, type ChatRequest } from '#shared/chat.ts';
import { readJson } from '#shared/json.ts';
import type { Device } from '#device/parts.ts';

/** Longest body that is read into an ask, in characters. A longer one goes to the router as it is, which refuses it. */
const MAX_BODY_CHARS = 1_000_000;

/** One ask, as it came from a page or from an SDK in one. */
export interface Ask {
  /** A UUIDv7: its own when it came with one, else minted here. */
  id: string;
  /** `Idempotency-Key` of every attempt. */
  key: string;
  path: string;
  /** Headers of the first attempt; never stored. */
  headers: Headers;
  body: string;
  /** The body as an ask; null when it is none: then the router says what is wrong with it. */
  chat: ChatRequest | null;
  stream: boolean;
  includeUsage: boolean;
  /** `Prefer: respond-async`: the caller understands a 202. */
  mayWait: boolean;
  /** `cache-control: no-cache`: no saved answer, please. */
  noCache: boolean;
  /** `x-layover-pace: natural`: a saved answer should come as a live one does. The router never hears of it. */
  natural: boolean;
  /** The feature it names, in its body or by header; null for the default one. */
  feature: string | null;
  authorization: string | null;
  askedAtMs: number;
  askedMonotonicMs: number;
}

/** Reads a request once, into an ask. */
export async function readAsk(request: Request, device: Device): Promise<Ask> {
  const askedAtMs = device.clock.now();
  const askedMonotonicMs = device.clock.monotonic();
  const body = await request.text();
  const chat = body.length > MAX_BODY_CHARS ? null : readChat(body);
  const headers = new Headers(request.headers);
  const given = headers.get('idempotency-key');
  const minted = mintAskId(device.clock, device.random);
  const key = given !== null && isIdempotencyKey(given) ? given : minted;
  if (given === null) headers.set('idempotency-key', key);
  const natural = headers.get('x-layover-pace') === 'natural';
  headers.delete('x-layover-pace');
  const url = new URL(request.url);
  return {
    id: isAskId(key) ? key : minted,
    key,
    path: url.pathname + url.search,
    headers,
    body,
    chat,
    stream: chat?.stream === true,
    includeUsage: chat?.stream_options?.include_usage === true,
    mayWait: /\brespond-async\b/i.test(headers.get('prefer') ?? ''),
    noCache: /\bno-cache\b/i.test(headers.get('cache-control') ?? ''),
    natural,
    feature: (chat === null ? null : featureOf(chat)) ?? headers.get('x-layover-feature'),
    authorization: headers.get('authorization'),
    askedAtMs,
    askedMonotonicMs,
  };
}

/** What was asked last, as it was typed; for lists. Empty when it is not text. */
export function questionOf(chat: ChatRequest | null): string {
  const last = (chat === null ? null : messagesOf(chat))?.findLast((message) => message.role === 'user');
  if (last === undefined || last.content == null) return '';
  if (typeof last.content === 'string') return last.content;
  return last.content
    .map((part) => part['text'])
    .filter((text) => typeof text === 'string')
    .join('\n');
}

function readChat(body: string): ChatRequest | null {
  const chat = readJson(chatRequestSchema, body);
  return chat !== null && messagesOf(chat) !== null ? chat : null;
}
