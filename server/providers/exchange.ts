import type { Clock } from '#shared/clock.ts';
import type { Dispatcher, Pool } from 'undici';
import { ProviderFailure } from './provider.ts';

export type ResponseHeaders = Record<string, string | string[] | undefined>;

export interface ResponseHead {
  status: number;
  headers: ResponseHeaders;
}

/** Above this many bytes that nobody has read yet the socket is paused. */
const MAX_QUEUED_BYTES = 262_144;

/** A connection that takes longer is given up: the next deployment must still answer in time. */
export const CONNECT_TIMEOUT_MS = 800;

/** After its answer is whole, a response may take this long and this many bytes to end, so that its connection is kept. */
const DRAIN_MS = 500;
const DRAIN_BYTES = 65_536;

/**
 * One request and its response. It keeps its own queue, because undici's Readable throws away what it holds when the
 * socket breaks: a finish that arrived just before a reset would be lost, and the answer paid for twice.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #host: string;
  #controller: Dispatcher.DispatchController | null = null;
  #head: ResponseHead | null = null;
  readonly #queue: Buffer[] = [];
  #queuedBytes = 0;
  #end: { kind: 'open' } | { kind: 'ended' } | { kind: 'failed'; error: Error } = { kind: 'open' };
  /** Wakes whoever waits for the head or for bytes. */
  #wake: (() => void) | null = null;
  #started = false;
  #cancelConnectWait: () => void = () => undefined;

  constructor(pool: Pool, clock: Clock, request: { url: URL; headers: Record<string, string>; body: string }) {
    this.#host = request.url.host;
    pool.dispatch(
      {
        method: 'POST',
        path: request.url.pathname + request.url.search,
        headers: request.headers,
        body: request.body,
        // The router's own timers bound a call; undici's would fire beside them.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      this,
    );
    // On a kept connection it has begun already.
    if (!this.#started && this.#end.kind === 'open')
      this.#cancelConnectWait = clock.after(CONNECT_TIMEOUT_MS, () => this.stop(this.#noConnection()));
  }

  /** Resolves with status and headers; rejects with `unreachable`, or with what `stop` was given. */
  async head(): Promise<ResponseHead> {
    while (this.#head === null && this.#end.kind === 'open') await this.#news();
    if (this.#head !== null) return this.#head;
    throw this.#end.kind === 'failed' ? this.#end.error : this.#failure(new Error('ended without a head'));
  }

  /**
   * All bytes that are there, else the next to come; null at a clean end. Rejects with `cut`, or with what `stop` was given. The
   * parser hands on each HTTP chunk by itself, also those that came in one packet.
   */
  async read(): Promise<Buffer | null> {
    while (this.#queue.length === 0 && this.#end.kind === 'open') await this.#news();
    const [only, ...more] = this.#queue;
    if (only === undefined) {
      if (this.#end.kind === 'failed') throw this.#end.error;
      return null;
    }
    const bytes = more.length === 0 ? only : Buffer.concat(this.#queue);
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    if (this.#controller?.paused === true) this.#controller.resume();
    return bytes;
  }

  /** Whether `read` has something to give without waiting. */
  get ready(): boolean {
    return this.#queue.length > 0 || this.#end.kind !== 'open';
  }

  /** Ends it now: what is queued is dropped, whoever waits gets the reason, the connection is closed. */
  stop(reason: Error): void {
    if (this.#end.kind !== 'open') {
      this.#queue.length = 0;
      if (this.#end.kind === 'ended') this.#end = { kind: 'failed', error: reason };
      return;
    }
    this.#cancelConnectWait();
    this.#end = { kind: 'failed', error: reason };
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#controller?.abort(reason);
    this.#notify();
  }

  /** Reads the rest away for a moment, so that the connection can serve the next call; then closes it. */
  async drain(clock: Clock): Promise<void> {
    const stopLate = (): void => this.stop(new Error('The response went on after its answer was whole.'));
    const cancel = clock.after(DRAIN_MS, stopLate);
    let seen = 0;
    try {
      for (let bytes = await this.read(); bytes !== null; bytes = await this.read()) {
        seen += bytes.length;
        if (seen > DRAIN_BYTES) return stopLate();
      }
    } catch {
      // The answer is whole already: how its connection ends changes nothing.
    } finally {
      cancel();
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#started = true;
    this.#cancelConnectWait();
    if (this.#end.kind === 'failed') controller.abort(this.#end.error);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200) return;
    this.#head = { status, headers };
    this.#notify();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#end.kind !== 'open') return;
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.length;
    if (this.#queuedBytes > MAX_QUEUED_BYTES) controller.pause();
    this.#notify();
  }

  onResponseEnd(): void {
    if (this.#end.kind === 'open') this.#end = { kind: 'ended' };
    this.#notify();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#cancelConnectWait();
    if (this.#end.kind === 'open') this.#end = { kind: 'failed', error: this.#failure(error) };
    this.#notify();
  }

  #failure(error: Error): ProviderFailure {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    if (code === 'UND_ERR_CONNECT_TIMEOUT') return this.#noConnection(error);
    if (this.#head !== null)
      return new ProviderFailure('cut', `The connection to \`${this.#host}\` broke mid-answer (${code}).`, {
        cause: error,
      });
    return new ProviderFailure('unreachable', `\`${this.#host}\` could not be reached, or hung up unasked (${code}).`, {
      cause: error,
    });
  }

  #noConnection(cause?: Error): ProviderFailure {
    const message = `No connection to \`${this.#host}\` within ${CONNECT_TIMEOUT_MS} ms.`;
    return new ProviderFailure('unreachable', message, { waited: true, ...(cause === undefined ? {} : { cause }) });
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
