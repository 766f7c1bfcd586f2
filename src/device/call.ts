import { wait } from '#shared/clock.ts';
import { SseReader } from '#shared/sse.ts';
import type { Device } from '#device/parts.ts';
import { placed, type Piece, type StreamPlace } from '#device/piece.ts';
import { isStream, proveResponse } from '#device/proof.ts';
import type { Network, Step } from '#device/rows.ts';

/** The network did not give the answer, for this reason. */
export class NoAnswer extends Error {
  readonly network: Exclude<Network, 'ok' | 'router' | 'not-tried'>;

  constructor(network: Exclude<Network, 'ok' | 'router' | 'not-tried'>, cause?: unknown) {
    super(`The network did not answer: ${network}.`, { cause });
    this.name = 'NoAnswer';
    this.network = network;
  }
}

/** The clocks of a call, in milliseconds; the time to the first content is watched by whoever waits for it. */
export interface CallLimits {
  /** For which a cut stream is resumed. */
  resumeMs: number;
  /** To the headers of an answer that the router may still be waiting for: it holds them until the first content. */
  openMs: number;
  /** To any other headers. */
  headersMs: number;
  /** Of silence after which a stream counts as cut; the router sends a comment every 10 s. */
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

/** What a call must know of its ask. */
interface CallAsk {
  id: string;
  authorization: string | null;
  /** A chunk of usage was asked for. */
  includeUsage?: boolean;
}

/** One ask on the wire: its attempts, and the stream through all its cuts. */
export class Call {
  readonly #device: Device;
  readonly #limits: CallLimits;
  readonly #controller = new AbortController();
  readonly #ask: CallAsk;
  /** Notes a step in the life of its ask; its note may be filled in later. */
  step: (what: Step['what']) => Pick<Step, 'note'> = () => ({ note: null });
  /** When it was first sent, in monotonic milliseconds; null before. */
  sentAtMs: number | null = null;
  /** The router has answered something. */
  heard = false;
  /** The id by which it is resumed: ours, until the router says which one it gave. */
  askId: string;
  tries = 0;
  resumes = 0;
  /** What went wrong last; says why a late answer is late. */
  trouble: NoAnswer['network'] | null = null;
  state: 'running' | 'stopped' | 'given-up' = 'running';
  /** The line was cut, and is being mended. */
  mending = false;

  constructor(device: Device, ask: CallAsk, limits: CallLimits) {
    this.#device = device;
    this.#limits = limits;
    this.#ask = ask;
    this.askId = ask.id;
  }

  /** Aborts when the call is ended. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds since it was first sent; 0 before. */
  get sinceSentMs(): number {
    const now = this.#device.clock.monotonic();
    return now - (this.sentAtMs ?? now);
  }

  /** Drops whatever is open: the person stopped it, or nobody waits for it any more. */
  end(state: 'stopped' | 'given-up'): void {
    if (this.state === 'running') this.state = state;
    this.#controller.abort();
  }

  /** Sends the ask. Throws `NoAnswer` unless our router answered. */
  async post(outgoing: Outgoing): Promise<Connection> {
    this.tries += 1;
    this.sentAtMs ??= this.#device.clock.monotonic();
    const { path, headers, body } = outgoing;
    const tried = this.step('tried');
    try {
      const connection = await this.#connect(path, { method: 'POST', headers, body }, this.#limits.openMs);
      tried.note = 'ok';
      return connection;
    } catch (thrown) {
      tried.note = thrown instanceof NoAnswer ? thrown.network : this.state;
      throw thrown;
    }
  }

  /** Asks for a running or finished answer by its id. */
  async get(accept: 'application/json' | 'text/event-stream', after: number): Promise<Connection> {
    const headers = new Headers({ accept });
    if (after > 0) headers.set('last-event-id', String(after));
    const { authorization, includeUsage } = this.#ask;
    if (authorization !== null) headers.set('authorization', authorization);
    const stream = accept === 'text/event-stream';
    const { openMs, headersMs } = this.#limits;
    const path = `/ai/${this.askId}${stream && includeUsage === true ? '?include_usage=true' : ''}`;
    return this.#connect(path, { headers }, stream && after === 0 ? openMs : headersMs);
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
    const place: StreamPlace = { last: 0, finished: false, told: false, ended: false };
    let connection = first;
    for (;;) {
      yield* this.#pump(connection, place);
      if (place.ended) return;
      if (place.finished && (place.told || this.#ask.includeUsage !== true)) {
        // Every word has come; only the mark of the end is missing.
        yield [{ event: { name: 'message', data: '[DONE]', id: '' }, reading: null }];
        return;
      }
      this.mending = true;
      this.step('cut');
      connection = await this.#reconnect(place.last);
      this.step('resumed');
      this.mending = false;
    }
  }

  /** A body to its end; null when it broke off. */
  async text(connection: Connection): Promise<string | null> {
    const reader = connection.response.body?.getReader();
    const decoder = new TextDecoder();
    let text = '';
    try {
      for (;;) {
        const chunk = reader === undefined ? null : await this.#readWithin(reader, connection);
        if (chunk === null) return connection.broken ? null : text;
        text += decoder.decode(chunk, { stream: true });
      }
    } finally {
      connection.close();
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
      connection.broken = true;
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

  async #connect(path: string, init: RequestInit, limitMs: number): Promise<Connection> {
    const controller = new AbortController();
    const end = (): void => controller.abort();
    if (this.#controller.signal.aborted) end();
    this.#controller.signal.addEventListener('abort', end, { once: true });
    const close = (): void => {
      this.#controller.signal.removeEventListener('abort', end);
      end();
    };
    const cancel = this.#device.clock.after(limitMs, end);
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
      this.heard = true;
      return { response, close, broken: false };
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
  /** It failed, or was silent for too long, before its end. */
  broken: boolean;
}
