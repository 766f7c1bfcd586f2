import type { Clock } from '#shared/clock.ts';
import { parseJson } from '#shared/json.ts';
import type { Pool } from 'undici';
import { collectText } from './collect.ts';
import { Exchange, type ResponseHead, type ResponseHeaders } from './exchange.ts';
import { ProviderFailure, type ProviderCall, type ProviderEvent } from './provider.ts';
import { failureOf, readRefusal } from './refusal.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import { InBandError, type ContentEvent, type Wire } from './wire.ts';

/** Longest answer that is read as one JSON, from a server that ignored `stream`. */
const MAX_WHOLE_BYTES = 4_000_000;

/** Longest name that a provider may give a call or its model; the rest is cut off. */
const MAX_NAME = 200;

/** Where and how a provider is spoken to. */
export interface Line {
  wire: Wire;
  url: URL;
  apiKey: string | null;
  pool: Pool;
  clock: Clock;
}

type Accepted = Extract<ProviderEvent, { type: 'accepted' }>;
type Finish = Extract<ProviderEvent, { type: 'finish' }>;

/** An accepted answer, in batches of content. */
interface AnswerReading {
  accepted: Accepted;
  /** The next content; null when the answer is over. */
  next(): Promise<ContentEvent[] | null>;
  finish(): Finish;
  /** Lets go of its timers. */
  leave(): void;
}

/** One call from request to finish; see the rules in provider.ts. */
export async function* streamCall(
  line: Line,
  call: ProviderCall,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent, void, undefined> {
  signal.throwIfAborted();
  const body = line.wire.body(call, line.url);
  const exchange = new Exchange(line.pool, line.clock, { url: line.url, headers: requestHeaders(line, call), body });
  const onAbort = (): void => exchange.stop(asError(signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  let whole = false;
  let answer: AnswerReading | null = null;
  try {
    answer = await accept(line, call, exchange);
    signal.throwIfAborted();
    yield answer.accepted;
    for (let content = await answer.next(); content !== null; content = await answer.next()) {
      for (const event of content) {
        signal.throwIfAborted();
        yield event;
      }
    }
    signal.throwIfAborted();
    const finish = answer.finish();
    whole = true;
    // From here on an abort has nothing to end: the connection is kept for the next call.
    signal.removeEventListener('abort', onAbort);
    void exchange.drain(line.clock);
    yield finish;
  } catch (thrown) {
    // What an abort broke is the abort's doing, whatever it looked like from inside.
    if (!whole) signal.throwIfAborted();
    throw thrown instanceof InBandError ? failureOf(line, call, { complaint: thrown.complaint, status: 200 }) : thrown;
  } finally {
    signal.removeEventListener('abort', onAbort);
    answer?.leave();
    if (!whole) exchange.stop(new Error('Nobody reads this answer any more.'));
  }
}

/** The headers of a call; a `accept` other than that of a stream is for a call that is passed on. */
export function requestHeaders(
  { wire, apiKey }: Line,
  call: Pick<ProviderCall, 'headers'>,
  accept = 'text/event-stream',
): Record<string, string> {
  return {
    ...call.headers,
    'content-type': 'application/json',
    accept,
    // A compressed stream is held back by whoever compresses it.
    'accept-encoding': 'identity',
    'user-agent': 'layover',
    ...wire.headers(apiKey),
  };
}

/** Waits for the head of the response; throws the failure it stands for, if it stands for one. */
async function accept(line: Line, call: ProviderCall, exchange: Exchange): Promise<AnswerReading> {
  const head = await exchange.head();
  if (head.status < 200 || head.status > 299) {
    const complaint = await readRefusal(exchange, line.clock, head.status);
    throw failureOf(line, call, { complaint, status: head.status, headers: head.headers });
  }
  checkCoding(line, head);
  const type = mediaType(head.headers);
  if (type === 'application/json') return acceptWhole(line, call, { exchange, head });
  if (type === 'text/event-stream') {
    const answer = new StreamedAnswer(line.wire.reader(), exchange, {
      clock: line.clock,
      host: line.url.host,
      idleTimeoutMs: call.idleTimeoutMs,
    });
    return {
      accepted: { type: 'accepted', upstreamId: idOf(line, head), model: null },
      next: () => answer.next(),
      finish: () => answer.finish(),
      leave: () => answer.leave(),
    };
  }
  const what = type === '' ? 'no content type' : `\`${type.slice(0, 60)}\``;
  throw new ProviderFailure('rejected', `\`${line.url.host}\` answered with ${what} instead of a stream.`, {
    status: head.status,
  });
}

/** Throws for an answer that is compressed: nobody asked for that. */
export function checkCoding(line: Line, head: ResponseHead): void {
  const coding = first(head.headers['content-encoding'])?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return;
  const what = `\`${line.url.host}\` compressed its answer (\`${coding.slice(0, 60)}\`), unasked.`;
  throw new ProviderFailure('rejected', what, { status: head.status });
}

/** A server that ignored `stream`: its one JSON is one piece and a finish. */
async function acceptWhole(
  line: Line,
  call: ProviderCall,
  { exchange, head }: { exchange: Exchange; head: ResponseHead },
): Promise<AnswerReading> {
  const { host } = line.url;
  const silent = new ProviderFailure('stalled', `\`${host}\` fell silent for ${call.idleTimeoutMs} ms mid-answer.`);
  const text = await collectText(exchange, line.clock, {
    maxBytes: MAX_WHOLE_BYTES,
    silenceMs: call.idleTimeoutMs,
    silent,
  });
  const json = text === null ? null : parseJson(text);
  const answer = json?.ok === true ? line.wire.readWhole(json.value) : null;
  if (answer === null)
    throw new ProviderFailure('rejected', `\`${host}\` answered with JSON that is no chat completion.`, {
      status: head.status,
    });
  const batches = [answer.content];
  return {
    accepted: { type: 'accepted', upstreamId: idOf(line, head), model: answer.model?.slice(0, MAX_NAME) ?? null },
    next: async () => batches.shift() ?? null,
    finish: () => ({ type: 'finish', reason: answer.reason, usage: answer.usage, skippedChunks: 0 }),
    leave: () => undefined,
  };
}

/** The provider's own name of a call. */
export function idOf(line: Line, head: ResponseHead): string | null {
  return first(head.headers[line.wire.idHeader])?.slice(0, MAX_NAME) ?? null;
}

/** The content type without its parameters, in small letters; empty for none. */
export function mediaType(headers: ResponseHeaders): string {
  return (first(headers['content-type']) ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** A header that should be there once. */
export function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
