import { chatChunkSchema } from '#shared/chat.ts';
import { readChunk, type ChunkReading } from '#shared/chat-wire.ts';
import { wait } from '#shared/clock.ts';
import { readJson } from '#shared/json.ts';
import { SseReader, type SseEvent } from '#shared/sse.ts';
import type { Device } from '#device/parts.ts';
import { isStream, proveResponse } from '#device/proof.ts';
import type { Network } from '#device/rows.ts';

/** The network did not give the answer, for this reason. */
export class NoAnswer extends Error {
  readonly network: Exclude<Network, 'ok' | 'router' | 'not-tried'>;

  constructor(network: Exclude<Network, 'ok' | 'router' | 'not-tried'>, cause?: unknown) {
    super(`The network did not answer: ${network}.`, { cause });
    this.name = 'NoAnswer';
    this.network = network;
  }
}

/** One event of a stream with what it says; `reading` is null for `[DONE]` and for what is no chunk. */
export interface Piece {
  event: SseEvent;
  reading: ChunkReading | null;
}

export interface CallLimits {
  /** Milliseconds for which a cut stream is resumed. */
  resumeMs: number;
  /** Milliseconds of silence after which a stream counts as cut; the router sends a sign of life every 15 s. */
  gapMs: number;
}

/** Longest wait between two tries to resume, in milliseconds. */
const RESUME_PAUSE_MS = 4_000;

/** What is sent to get an answer. */
export interface Outgoing {
  path: string;
  headers: Headers;
  body: string;
}

/** One ask on the wire: its attempts, and the stream through all its cuts. */
export class Call {
  readonly #device: Device;
  readonly #limits: CallLimits;
  readonly #controller = new AbortController();
  readonly #authorization: string | null;
  /** The id by which it is resumed: ours, until the router says which one it gave. */
  askId: string;
  tries = 0;
  resumes = 0;
  /** What went wrong last; says why a late answer is late. */
  trouble: NoAnswer['network'] | null = null;
  state: 'running' | 'stopped' | 'given-up' = 'running';
  /** The line was cut, and is being mended. */
  mending = false;

  constructor(device: Device, ask: { id: string; authorization: string | null }, limits: CallLimits) {
    this.#device = device;
    this.#limits = limits;
    this.#authorization = ask.authorization;
    this.askId = ask.id;
  }

  /** Drops whatever is open: the person stopped it, or nobody waits for it any more. */
  end(state: 'stopped' | 'given-up'): void {
    if (this.state === 'running') this.state = state;
    this.#controller.abort();
  }

  /** Sends the ask. Throws `NoAnswer` unless our router answered. */
  async post(outgoing: Outgoing): Promise<Connection> {
    this.tries += 1;
    const { path, headers, body } = outgoing;
    return this.#connect(path, { method: 'POST', headers, body });
  }

  /** Asks for a running or finished answer by its id. */
  async get(accept: 'application/json' | 'text/event-stream', after: number): Promise<Connection> {
    const headers = new Headers({ accept });
    if (after > 0) headers.set('last-event-id', String(after));
    if (this.#authorization !== null) headers.set('authorization', this.#authorization);
    return this.#connect(`/ai/${this.askId}`, { headers });
  }

  /** Waits a while, longer with each try; throws when the time to resume is over. */
  async pause(nth: number, untilMonotonicMs: number): Promise<void> {
    const { clock, random } = this.#device;
    const share = (random.bytes(1)[0] ?? 0) / 255;
    const delay = Math.min(RESUME_PAUSE_MS, 250 * 2 ** nth) * (0.5 + share / 2);
    if (clock.monotonic() + delay > untilMonotonicMs) throw new NoAnswer(this.trouble ?? 'cut');
    await wait(clock, delay, this.#controller.signal);
  }

  /** Until when a cut that happened now may be mended. */
  resumeUntil(): number {
    return this.#device.clock.monotonic() + this.#limits.resumeMs;
  }

  /**
   * The events of a stream, as they come, through every cut: without gap, without repeat. Ends after `[DONE]`, or after an error
   * that the router sent; throws `NoAnswer` when a cut could not be mended in time.
   */
  async *follow(first: Connection): AsyncGenerator<Piece[], void, undefined> {
    const place: StreamPlace = { last: 0, finished: false, ended: false };
    let connection = first;
    for (;;) {
      yield* this.#pump(connection, place);
      if (place.ended) return;
      if (place.finished) {
        // Every word has come; only the mark of the end is missing.
        yield [{ event: { name: 'message', data: '[DONE]', id: '' }, reading: null }];
        return;
      }
      this.mending = true;
      connection = await this.#reconnect(place.last);
      this.mending = false;
    }
  }

  async *#pump(connection: Connection, place: StreamPlace): AsyncGenerator<Piece[], void, undefined> {
    const reader = connection.response.body?.getReader();
    if (reader === undefined) return;
    const decoder = new TextDecoder();
    const sse = new SseReader();
    try {
      for (;;) {
        const chunk = await this.#readWithin(reader, connection);
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
  async #readWithin(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    connection: Connection,
  ): Promise<Uint8Array | null> {
    const cancel = this.#device.clock.after(this.#limits.gapMs, () => connection.close());
    try {
      const { done, value } = await reader.read();
      return done ? null : value;
    } catch (thrown) {
      if (this.state !== 'running') throw thrown;
      return null;
    } finally {
      cancel();
    }
  }

  async #reconnect(last: number): Promise<Connection> {
    this.trouble = 'cut';
    this.resumes += 1;
    const until = this.resumeUntil();
    for (let nth = 0; ; nth++) {
      await this.pause(nth, until);
      const connection = await this.get('text/event-stream', last).catch((thrown: unknown) => this.#missed(thrown));
      if (connection === null) continue;
      if (connection.response.status === 200 && isStream(connection.response)) return connection;
      connection.close();
      // Unknown, expired, cancelled: it will not come back.
      if (connection.response.status < 500 && connection.response.status !== 429) throw new NoAnswer('cut');
    }
  }

  #missed(thrown: unknown): null {
    if (this.state !== 'running' || !(thrown instanceof NoAnswer)) throw thrown;
    return null;
  }

  async #connect(path: string, init: RequestInit): Promise<Connection> {
    const controller = new AbortController();
    const end = (): void => controller.abort();
    if (this.#controller.signal.aborted) end();
    this.#controller.signal.addEventListener('abort', end, { once: true });
    const close = (): void => {
      this.#controller.signal.removeEventListener('abort', end);
      end();
    };
    // A connection that is never answered must not outlive the wait for any stream.
    const cancel = this.#device.clock.after(this.#limits.gapMs, end);
    try {
      const request = new Request(this.#device.origin + path, {
        ...init,
        redirect: 'manual',
        // Never `no-store` on an ask: the browser would add `cache-control: no-cache`, which tells the router to ask anew.
        ...(init.method === 'POST' ? {} : { cache: 'no-store' as const }),
        credentials: 'same-origin',
        signal: controller.signal,
      });
      const response = await this.#device.simulator.fetch(request);
      const proof = proveResponse(response);
      if (proof !== 'ok') throw new NoAnswer(proof);
      return { response, close };
    } catch (thrown) {
      const tooLate = controller.signal.aborted;
      close();
      if (this.state !== 'running' || thrown instanceof NoAnswer) throw thrown;
      throw new NoAnswer(tooLate ? 'slow' : 'offline', thrown);
    } finally {
      cancel();
    }
  }
}

/** An open answer of our router. `close` drops it, and may be called at any time. */
export interface Connection {
  response: Response;
  close: () => void;
}

interface StreamPlace {
  /** Highest event id that was passed on. */
  last: number;
  /** A finish reason has come. */
  finished: boolean;
  ended: boolean;
}

/** The event, unless it was passed on before; moves the place on. */
function placed(event: SseEvent, place: StreamPlace): Piece[] {
  if (place.ended) return [];
  if (event.data === '[DONE]') {
    place.ended = true;
    return [{ event, reading: null }];
  }
  const chunk = readJson(chatChunkSchema, event.data);
  const reading = chunk === null ? null : readChunk(chunk);
  const id = Number(event.id);
  if (event.id !== '' && Number.isSafeInteger(id) && reading?.problem == null) {
    if (id <= place.last) return [];
    place.last = id;
  }
  if (reading?.finishReason != null) place.finished = true;
  if (reading?.problem != null) place.ended = true;
  return [{ event, reading }];
}
