import { chatChunkSchema } from '#shared/chat.ts';
import { readJson } from '#shared/json.ts';
import type { Conditions } from '#shared/scenario.ts';
import { MAX_SSE_EVENT_CHARS, SseReader } from '#shared/sse.ts';

/** What a body comes through. */
export interface BadLine {
  /** As it is now. */
  conditions: () => Conditions;
  /** Waits until so many bytes have come through. */
  carry: (bytes: number) => Promise<void>;
  /** Breaks it off, with the reason. */
  signal: AbortSignal;
  /** Nothing comes through it any more. */
  over: () => void;
}

/** Bytes of a body, as they come or in pieces that mean something. */
type Pieces = AsyncGenerator<Uint8Array, void, undefined>;

/** The same response with a body that comes through this line. */
export function throughLine(response: Response, line: BadLine): Response {
  const { body, status, statusText, headers } = response;
  if (body === null) {
    line.over();
    return response;
  }
  const reader = body.getReader();
  const isStream = (headers.get('content-type') ?? '').includes('text/event-stream');
  const pieces = isStream ? spoilStream(readEvents(reader), line) : spoilBody(readChunks(reader), line);
  return new Response(breakable(pieces, reader, line), { status, statusText, headers });
}

/** A stream of the pieces that ends with the reader, or breaks off with the line. */
export function breakable(
  pieces: Pieces,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  line: Pick<BadLine, 'signal' | 'over'>,
): ReadableStream<Uint8Array> {
  const broken = never(line.signal);
  // Nobody may be reading when it breaks.
  broken.catch((reason: unknown) => void reason);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await Promise.race([broken, pieces.next()]);
          if (done !== true) return controller.enqueue(value);
          line.over();
          controller.close();
        } catch (thrown) {
          line.over();
          reader.cancel(thrown).catch((failure: unknown) => void failure);
          throw thrown;
        }
      },
      async cancel(reason) {
        line.over();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Settles only when the signal aborts: then it rejects with the reason. */
export function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

async function* spoilBody(chunks: Pieces, line: BadLine): Pieces {
  for await (const chunk of chunks) {
    if (line.conditions().silent === true) await never(line.signal);
    yield* carried(chunk, line);
  }
}

async function* spoilStream(events: Pieces, line: BadLine): Pieces {
  let tokens = 0;
  let bytes = 0;
  const meet = async (): Promise<void> => {
    const { silent, cut_after_tokens, cut_after_chars, stall_after_tokens } = line.conditions();
    if (tokens >= (cut_after_tokens ?? Infinity) || bytes >= (cut_after_chars ?? Infinity)) {
      throw new TypeError('The simulator cut this stream.');
    }
    if (silent === true || tokens >= (stall_after_tokens ?? Infinity)) await never(line.signal);
  };
  for await (const event of events) {
    await meet();
    const left = (line.conditions().cut_after_chars ?? Infinity) - bytes;
    yield* carried(event.subarray(0, left), line);
    bytes += event.length;
    tokens += countTokens(event);
    // At once, and not when the next piece comes: a cut is noticed when it happens.
    await meet();
  }
}

/** The bytes at the pace of the line, a tenth of a second's worth at a time. */
async function* carried(bytes: Uint8Array, line: BadLine): Pieces {
  for (let at = 0; at < bytes.length;) {
    const rate = line.conditions().bandwidth_bytes_per_second ?? Infinity;
    const slice = bytes.subarray(at, at + Math.max(1, rate / 10));
    await line.carry(slice.length);
    yield slice;
    at += slice.length;
  }
}

export async function* readChunks(reader: ReadableStreamDefaultReader<Uint8Array>): Pieces {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** The events of a stream as they stand on the wire, one piece each. */
async function* readEvents(reader: ReadableStreamDefaultReader<Uint8Array>): Pieces {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  let rest = '';
  for await (const chunk of readChunks(reader)) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split(/(?<=\r?\n\r?\n)/);
    rest = parts.pop() ?? '';
    if (/\n\r?\n$/.test(rest) || rest.length > MAX_SSE_EVENT_CHARS) {
      parts.push(rest);
      rest = '';
    }
    for (const part of parts) yield encoder.encode(part);
  }
  if (rest !== '') yield encoder.encode(rest);
}

/** How many pieces of content these bytes bring. */
function countTokens(bytes: Uint8Array): number {
  return new SseReader().push(new TextDecoder().decode(bytes)).filter(({ data }) => {
    const chunk = readJson(chatChunkSchema, data);
    return chunk?.choices?.some(({ delta }) => (delta?.content ?? '') !== '') === true;
  }).length;
}
