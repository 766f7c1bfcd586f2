import { wait } from '#shared/clock.ts';
import { SseReader } from '#shared/sse.ts';
import { NoAnswer, type Call, type Connection } from '#device/call.ts';
import { placed, type Piece, type StreamPlace } from '#device/piece.ts';
import { isStream } from '#device/proof.ts';

/** An answer of our router from its first byte to its last, through all cuts of the line. */

/** Longest wait between two tries to resume, in milliseconds. */
const RESUME_PAUSE_MS = 4_000;

/** Asks for a running or finished answer by its id. */
export async function askRest(
  call: Call,
  accept: 'application/json' | 'text/event-stream',
  after: number,
): Promise<Connection> {
  const headers = new Headers({ accept });
  if (after > 0) headers.set('last-event-id', String(after));
  const { authorization, includeUsage } = call.ask;
  if (authorization !== null) headers.set('authorization', authorization);
  const stream = accept === 'text/event-stream';
  const { openMs, headersMs } = call.limits;
  const path = `/ai/${call.askId}${stream && includeUsage === true ? '?include_usage=true' : ''}`;
  return call.connect(path, { headers }, stream && after === 0 ? openMs : headersMs);
}

/** Waits a while, longer with each try; throws when the time to resume is over. */
export async function pause(call: Call, nth: number, untilMonotonicMs: number): Promise<void> {
  const { clock, random } = call.device;
  const share = (random.bytes(1)[0] ?? 0) / 255;
  const delay = Math.min(RESUME_PAUSE_MS, 250 * 2 ** nth) * (0.5 + share / 2);
  if (clock.monotonic() + delay > untilMonotonicMs) throw new NoAnswer(call.trouble ?? 'cut');
  await wait(clock, delay, call.signal);
}

/** Until when a cut that happened now may be mended. */
export function resumeUntil(call: Call): number {
  return call.device.clock.monotonic() + call.limits.resumeMs;
}

/**
 * The events of a stream, as they come, through every cut: without gap, without repeat. Ends after `[DONE]`, or after an error
 * that the router sent; throws `NoAnswer` when a cut could not be mended in time.
 */
export async function* follow(call: Call, first: Connection): AsyncGenerator<Piece[], void, undefined> {
  const place: StreamPlace = { last: 0, finished: false, told: false, ended: false };
  let connection = first;
  for (;;) {
    yield* pump(call, connection, place);
    if (place.ended) return;
    if (place.finished && (place.told || call.ask.includeUsage !== true)) {
      // Every word has come; only the mark of the end is missing.
      yield [{ event: { name: 'message', data: '[DONE]', id: '' }, reading: null }];
      return;
    }
    call.mending = true;
    call.step('cut');
    connection = await reconnect(call, place.last);
    call.step('resumed');
    call.mending = false;
  }
}

/** A body to its end; null when it broke off. */
export async function readText(call: Call, connection: Connection): Promise<string | null> {
  const reader = connection.response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const chunk = reader === undefined ? null : await readWithin(call, reader, connection);
      if (chunk === null) return connection.broken ? null : text;
      text += decoder.decode(chunk, { stream: true });
    }
  } finally {
    connection.close();
  }
}

async function* pump(call: Call, connection: Connection, place: StreamPlace): AsyncGenerator<Piece[], void, undefined> {
  const reader = connection.response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  const sse = new SseReader();
  try {
    for (;;) {
      const chunk = await readWithin(call, reader, connection);
      if (chunk === null) return;
      const pieces = sse.push(decoder.decode(chunk, { stream: true })).flatMap((event) => placed(event, place));
      if (pieces.length > 0) yield pieces;
      if (place.ended) return;
    }
  } finally {
    connection.close();
  }
}

/** The next bytes; null when the stream ended, failed, or was silent for too long. */
async function readWithin(
  call: Call,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  connection: Connection,
): Promise<Uint8Array | null> {
  const cancel = call.device.clock.after(call.limits.gapMs, () => connection.close());
  try {
    const { done, value } = await reader.read();
    return done ? null : value;
  } catch (thrown) {
    if (call.state !== 'running') throw thrown;
    connection.broken = true;
    return null;
  } finally {
    cancel();
  }
}

async function reconnect(call: Call, last: number): Promise<Connection> {
  call.trouble = 'cut';
  call.resumes += 1;
  const until = resumeUntil(call);
  for (let nth = 0; ; nth++) {
    await pause(call, nth, until);
    const connection = await askRest(call, 'text/event-stream', last).catch((thrown: unknown) => missed(call, thrown));
    if (connection === null) continue;
    if (connection.response.status === 200 && isStream(connection.response)) return connection;
    connection.close();
    // Unknown, expired, cancelled: it will not come back.
    if (connection.response.status < 500 && connection.response.status !== 429) throw new NoAnswer('cut');
  }
}

function missed(call: Call, thrown: unknown): null {
  if (call.state !== 'running' || !(thrown instanceof NoAnswer)) throw thrown;
  return null;
}
