import type { FinishReason } from '#shared/answer.ts';
import { parseJson } from '#shared/json.ts';
import type { Usage } from '#shared/money.ts';
import { SseReader } from '#shared/sse.ts';
import type { ContentEvent, Wire, WireReader } from './wire.ts';

/** What an answer that was passed on came to. */
export interface Tally {
  /** Null while it is not whole. */
  reason: FinishReason | null;
  /** Null when the provider did not say. */
  usage: Usage | null;
  /** Bytes of a body that could not be read as an answer. */
  unreadBytes: number;
}

/** Most bytes of an answer in JSON that are looked at. */
const MAX_WHOLE_BYTES = 4_000_000;

/**
 * Looks at bytes that pass, and changes none of them. Whatever it cannot read is not counted: an answer is never spoilt because
 * it could not be counted.
 */
export class PassedTally {
  readonly #wire: Wire;
  readonly #reader: WireReader;
  readonly #onContent: (event: ContentEvent) => void;
  readonly #sse = new SseReader();
  readonly #decoder = new TextDecoder();
  readonly #isStream: boolean;
  #whole: Uint8Array[] = [];
  #size = 0;
  #isReadable = true;
  #sum: Tally = { reason: null, usage: null, unreadBytes: 0 };

  constructor(wire: Wire, mediaType: string, onContent: (event: ContentEvent) => void) {
    this.#wire = wire;
    this.#reader = wire.reader();
    this.#onContent = onContent;
    this.#isStream = mediaType === 'text/event-stream';
  }

  /** The next bytes; null at the end. */
  add(bytes: Uint8Array | null): void {
    if (!this.#isReadable) return;
    try {
      if (this.#isStream) this.#addText(bytes === null ? '\n\n' : this.#decoder.decode(bytes, { stream: true }));
      else if (bytes === null) this.#readWhole();
      else this.#addWhole(bytes);
    } catch {
      // An error object inside the stream, or no chunk at all: it goes on to whoever asked, and is not counted.
      this.#isReadable = false;
    }
  }

  sum(): Tally {
    return this.#isStream ? { ...this.#sum, reason: this.#reader.reason, usage: this.#reader.usage } : this.#sum;
  }

  #addText(text: string): void {
    for (const event of this.#sse.push(text)) this.#reader.read(event).forEach(this.#onContent);
  }

  #addWhole(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size <= MAX_WHOLE_BYTES) this.#whole.push(bytes);
    else this.#whole = [];
    this.#sum = { ...this.#sum, unreadBytes: this.#size };
  }

  #readWhole(): void {
    const json = parseJson(Buffer.concat(this.#whole).toString('utf8'));
    const answer = json.ok ? this.#wire.readWhole(json.value) : null;
    if (answer === null) return;
    answer.content.forEach(this.#onContent);
    this.#sum = { reason: answer.reason, usage: answer.usage, unreadBytes: 0 };
  }
}
