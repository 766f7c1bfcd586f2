/** One event of a stream of server-sent events (WHATWG HTML, 9.2). */
export interface SseEvent {
  /** `event:`, or `message` when there was none. */
  name: string;
  data: string;
  /** The last `id:` seen, empty when there was none yet. */
  id: string;
}

/** Longest event that is read, in characters; more is an error, never memory. */
export const MAX_SSE_EVENT_CHARS = 1_000_000;

/**
 * Reads server-sent events from text cut anywhere. CR, LF and CRLF end a line, comments are skipped,
 * an event without data is dropped. Give it text through a decoder that keeps what is torn, such as a streaming TextDecoder.
 */
export class SseReader {
  #rest = '';
  #data: string[] = [];
  #dataChars = 0;
  #name = '';
  #id = '';
  #afterCr = false;
  #first = true;

  /** The events completed by this piece of text. Throws a RangeError when one grows past the bound. */
  push(text: string): SseEvent[] {
    const events: SseEvent[] = [];
    if (text === '') return events;
    if (this.#first) {
      this.#first = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    // A CR that ended the last piece may have its LF at the start of this one.
    if (this.#afterCr && text.startsWith('\n')) text = text.slice(1);
    this.#afterCr = text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    this.#bound(this.#rest.length);
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== null) events.push(event);
    }
    return events;
  }

  #line(line: string): SseEvent | null {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    let value = colon === -1 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'data') {
      this.#data.push(value);
      this.#dataChars += value.length;
      this.#bound(0);
    } else if (field === 'event') this.#name = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): SseEvent | null {
    const data = this.#data;
    const name = this.#name;
    this.#data = [];
    this.#dataChars = 0;
    this.#name = '';
    if (data.length === 0) return null;
    return { name: name === '' ? 'message' : name, data: data.join('\n'), id: this.#id };
  }

  #bound(more: number): void {
    if (this.#dataChars + more > MAX_SSE_EVENT_CHARS) {
      throw new RangeError(`An event of the stream is longer than ${MAX_SSE_EVENT_CHARS} characters.`);
    }
  }
}

/** An event as it goes on the wire. `data` is one line (JSON is). */
export function writeSse(data: string, id?: number): string {
  return id === undefined ? `data: ${data}\n\n` : `id: ${id}\ndata: ${data}\n\n`;
}

/** A comment that keeps a silent stream open; every reader skips it. */
export const SSE_KEEP_ALIVE = ': still here\n\n';

/** Events of a body, as they come. Ends when the body ends; throws what the body throws. Cancels the body when left early. */
export async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<SseEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const sse = new SseReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        ended = true;
        return;
      }
      yield* sse.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // A body that already failed rejects the cancel with the failure we are passing on anyway.
    if (!ended) await reader.cancel().catch((failure: unknown) => void failure);
  }
}
