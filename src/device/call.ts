import type { Device } from '#device/parts.ts';
import { proveResponse } from '#device/proof.ts';
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

/** One ask on the wire: its attempts. What comes of them is followed by `following.ts`. */
export class Call {
  readonly device: Device;
  readonly limits: CallLimits;
  readonly #controller = new AbortController();
  readonly ask: CallAsk;
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
    this.device = device;
    this.limits = limits;
    this.ask = ask;
    this.askId = ask.id;
  }

  /** Aborts when the call is ended. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds since it was first sent; 0 before. */
  get sinceSentMs(): number {
    const now = this.device.clock.monotonic();
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
    this.sentAtMs ??= this.device.clock.monotonic();
    const { path, headers, body } = outgoing;
    const tried = this.step('tried');
    try {
      const connection = await this.connect(path, { method: 'POST', headers, body }, this.limits.openMs);
      tried.note = 'ok';
      return connection;
    } catch (thrown) {
      tried.note = thrown instanceof NoAnswer ? thrown.network : this.state;
      throw thrown;
    }
  }

  /** Asks our router for anything. Throws `NoAnswer` unless it answered within the limit. */
  async connect(path: string, init: RequestInit, limitMs: number): Promise<Connection> {
    const controller = new AbortController();
    const end = (): void => controller.abort();
    if (this.#controller.signal.aborted) end();
    this.#controller.signal.addEventListener('abort', end, { once: true });
    const close = (): void => {
      this.#controller.signal.removeEventListener('abort', end);
      end();
    };
    const cancel = this.device.clock.after(limitMs, end);
    try {
      const request = new Request(this.device.origin + path, {
        ...init,
        redirect: 'manual',
        // Never `no-store` on an ask: the browser would add `cache-control: no-cache`, which tells the router to ask anew.
        ...(init.method === 'POST' ? {} : { cache: 'no-store' as const }),
        credentials: 'same-origin',
        signal: controller.signal,
      });
      const response = await this.device.simulator.fetch(request);
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
