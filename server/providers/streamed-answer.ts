import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '#shared/clock.ts';
import { SseReader, type SseEvent } from '#shared/sse.ts';
import type { Exchange } from './exchange.ts';
import { ProviderFailure, type ProviderEvent } from './provider.ts';
import { Silence } from './silence.ts';
import { InBandError, type ContentEvent, type WireReader } from './wire.ts';

/** How long a finished answer may wait for its usage. */
const USAGE_WAIT_MS = 500;

export interface StreamLimits {
  clock: Clock;
  /** Stands in messages. */
  host: string;
  idleTimeoutMs: number;
}

/** Where the bytes come from; what an answer needs of an exchange. */
export type ByteSource = Pick<Exchange, 'read' | 'ready' | 'stop'>;

/** An answer read off a stream of server-sent events. */
export class StreamedAnswer {
  readonly #reader: WireReader;
  readonly #exchange: ByteSource;
  readonly #limits: StreamLimits;
  readonly #sse = new SseReader();
  // A character may be cut anywhere; several times faster than a streaming TextDecoder.
  readonly #decoder = new StringDecoder('utf8');
  readonly #silence: Silence;
  #cancelUsageWait: (() => void) | null = null;
  #started = false;
  #over = false;
  #broken: InBandError | null = null;

  constructor(reader: WireReader, exchange: ByteSource, limits: StreamLimits) {
    this.#reader = reader;
    this.#exchange = exchange;
    this.#limits = limits;
    const { host, idleTimeoutMs } = limits;
    this.#silence = new Silence(limits.clock, idleTimeoutMs, () =>
      exchange.stop(new ProviderFailure('stalled', `\`${host}\` fell silent for ${idleTimeoutMs} ms mid-answer.`)),
    );
  }

  /** The next content, never empty; null when the answer is over. Throws how it broke. */
  async next(): Promise<ContentEvent[] | null> {
    try {
      while (!this.#over) {
        const content = this.#readAll(await this.#text());
        if (content.length > 0) return content;
      }
      if (this.#broken !== null) throw this.#broken;
      this.#stopTimers();
      return null;
    } catch (failure) {
      this.#stopTimers();
      throw failure;
    }
  }

  finish(): Extract<ProviderEvent, { type: 'finish' }> {
    const { reason, usage, skipped } = this.#reader;
    if (reason === null)
      throw new ProviderFailure('cut', `\`${this.#limits.host}\` ended the stream without a finish reason.`);
    return { type: 'finish', reason, usage, skippedChunks: skipped };
  }

  /** Lets go of the timers; for an answer that is left early. */
  leave(): void {
    this.#stopTimers();
  }

  /** The next piece of text; what stands at the end when the body is over. */
  async #text(): Promise<string> {
    if (this.#reader.ending === 'usage-open') this.#cancelUsageWait ??= this.#waitForUsage();
    try {
      if (this.#started && !this.#exchange.ready) this.#silence.begin();
      const bytes = await this.#exchange.read();
      this.#silence.end();
      this.#started = true;
      if (bytes !== null) return this.#decoder.write(bytes);
    } catch (failure) {
      // After a finish reason the answer is whole, however its connection ends.
      if (this.#reader.reason === null) throw failure;
    }
    this.#over = true;
    // Whoever ends a body cleanly has written its last event, with or without the blank line after it.
    return '\n\n';
  }

  #waitForUsage(): () => void {
    return this.#limits.clock.after(USAGE_WAIT_MS, () => this.#exchange.stop(new Error('No usage came.')));
  }

  #readAll(text: string): ContentEvent[] {
    const content: ContentEvent[] = [];
    for (const event of this.#events(text)) {
      try {
        for (const each of this.#reader.read(event)) join(content, each);
      } catch (failure) {
        if (!(failure instanceof InBandError)) throw failure;
        // After a finish reason the answer is whole, whatever is said then. What came before the error is given first.
        if (this.#reader.reason === null) this.#broken = failure;
        this.#over = true;
        break;
      }
      if (this.#reader.ending === 'over') {
        this.#over = true;
        break;
      }
    }
    return content;
  }

  #events(text: string): SseEvent[] {
    try {
      return this.#sse.push(text);
    } catch (cause) {
      throw new ProviderFailure('cut', `\`${this.#limits.host}\` sent an event too long to read.`, { cause });
    }
  }

  #stopTimers(): void {
    this.#silence.stop();
    this.#cancelUsageWait?.();
    this.#cancelUsageWait = null;
  }
}

/** Adds content to what came in the same bytes: text that goes on is one event, for each event costs everybody after us the same. */
function join(content: ContentEvent[], event: ContentEvent): void {
  const last = content.at(-1);
  if (last?.type === 'text-delta' && event.type === 'text-delta' && last.refusal === event.refusal) {
    content[content.length - 1] = { ...last, text: last.text + event.text };
  } else if (last?.type === 'reasoning-delta' && event.type === 'reasoning-delta') {
    content[content.length - 1] = { ...last, text: last.text + event.text };
  } else content.push(event);
}
