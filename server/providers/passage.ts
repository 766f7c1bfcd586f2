import { Exchange, type ResponseHead } from './exchange.ts';
import { PassedTally, type Tally } from './passed-tally.ts';
import { ProviderFailure } from './provider.ts';
import { readComplaint } from './complaint.ts';
import { failureOf, readErrorBody } from './refusal.ts';
import { withoutKeys } from './scrub.ts';
import type { ContentEvent } from './wire.ts';
import { checkCoding, first, idOf, mediaType, requestHeaders, type Line } from './stream.ts';

/** A call whose body goes out as it is, and whose answer comes back as it is. */
export interface PassedCall {
  body: string;
  /** Beside those of the wire; what the deployment says. */
  headers: Record<string, string>;
  isStream: boolean;
  /** Hears what passes, in order, as far as it can be read. */
  onContent: (event: ContentEvent) => void;
}

export interface PassedAnswer {
  status: number;
  /** Those that are safe to pass on. */
  headers: Record<string, string>;
  upstreamId: string | null;
  /** What its status stands for; null for an answer. */
  failure: ProviderFailure | null;
  /** The next bytes; null at the end. Throws a ProviderFailure, or the signal's reason. */
  read: () => Promise<Uint8Array | null>;
  /** What was read so far, counted. */
  tally: () => Tally;
  /** Ends the call; nothing more is read. */
  leave: () => void;
}

/** What of a provider's head concerns whoever asked: how to read the body, when to come again, what is left of the limit. */
const SAFE = /^(?:content-type|retry-after|retry-after-ms|x-should-retry|openai-processing-ms|x-ratelimit-[a-z0-9-]+)$/;

/**
 * Passes one call on: one request, no retry, nothing added to the body, nothing taken from the answer but keys from a refusal.
 * Resolves when the head of the answer is there. Throws a ProviderFailure when there is none, or the signal's reason.
 */
export async function passOn(line: Line, call: PassedCall, signal: AbortSignal): Promise<PassedAnswer> {
  signal.throwIfAborted();
  const headers = requestHeaders(line, call, call.isStream ? 'text/event-stream' : 'application/json');
  const exchange = new Exchange(line.pool, line.clock, { url: line.url, headers, body: call.body });
  const onAbort = (): void => exchange.stop(asError(signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  const leave = (): void => {
    signal.removeEventListener('abort', onAbort);
    exchange.stop(new Error('Nobody reads this answer any more.'));
  };
  try {
    const head = await exchange.head();
    checkCoding(line, head);
    const about = { status: head.status, headers: safeHeaders(head), upstreamId: idOf(line, head), leave };
    if (head.status >= 300) return { ...about, ...(await readRefused(line, exchange, head)) };
    const tally = new PassedTally(line.wire, mediaType(head.headers), call.onContent);
    const read = async (): Promise<Uint8Array | null> => {
      const bytes = await exchange.read();
      tally.add(bytes);
      return bytes;
    };
    return { ...about, failure: null, read, tally: () => tally.sum() };
  } catch (thrown) {
    leave();
    throw thrown;
  }
}

/** A refusal is read whole, so that no key in it goes on. */
async function readRefused(
  line: Line,
  exchange: Exchange,
  head: ResponseHead,
): Promise<Pick<PassedAnswer, 'failure' | 'read' | 'tally'>> {
  const text = (await readErrorBody(exchange, line.clock)) ?? '';
  const complaint = readComplaint(head.status, text);
  const call = { model: '', messages: [], parameters: {}, idleTimeoutMs: 0 };
  const pieces = [Buffer.from(withoutKeys(text, line.apiKey))];
  return {
    failure: failureOf(line, call, { complaint, status: head.status, headers: head.headers }),
    read: async () => pieces.shift() ?? null,
    tally: () => ({ reason: null, usage: null, unreadBytes: 0 }),
  };
}

function safeHeaders({ headers }: ResponseHead): Record<string, string> {
  const safe: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = first(headers[name]);
    if (value !== null && SAFE.test(name)) safe[name] = value;
  }
  return safe;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new ProviderFailure('cut', String(reason));
}
