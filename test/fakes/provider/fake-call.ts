import type { IncomingHttpHeaders } from 'node:http';
import type { Billed } from './frames.ts';
import { event } from './gate.ts';

/** Bytes of UTF-8 that the fake counts as one token. */
const BYTES_PER_TOKEN = 4;

/** One call as the fake saw it; grows while it runs. */
export interface FakeCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as its bytes came. */
  readonly raw: Buffer;
  /** The parsed body. */
  readonly body: Record<string, unknown>;
  /** Text sent so far. */
  text: string;
  /** `aborted`: the client left. `cut`: the script destroyed the socket or ended early. `refused`: a status or error step. */
  outcome: 'running' | 'finished' | 'refused' | 'cut' | 'aborted';
  /** Unix ms at which the client left; null when it did not. */
  abortedAt: number | null;
  /** The call was answered whole. */
  readonly finished: boolean;
  /**
   * Tokens that this call is billed for so far: a token for four bytes of what was asked and of what was sent. A call that
   * was refused with nothing said is free, and so is one that was left before its response head: nothing was worked then.
   */
  readonly billed: Billed;
  /** Its response head went out. */
  readonly accepted: boolean;
  /** Its usage went out to the client. */
  readonly told: boolean;
  /** Resolves when the call is over, however. */
  readonly over: Promise<void>;
  /** Resolves when it is over and all that went out before is counted: a client may leave before this process knows. */
  readonly counted: Promise<void>;
}

/** The fake's own side of a call. */
export class Call implements FakeCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly body: Record<string, unknown>;
  text = '';
  outcome: FakeCall['outcome'] = 'running';
  abortedAt: number | null = null;
  readonly over: Promise<void>;
  readonly counted: Promise<void>;
  told = false;
  accepted = false;
  readonly #end: () => void;

  constructor(path: string, headers: IncomingHttpHeaders, sent: Pick<FakeCall, 'raw' | 'body'>) {
    this.path = path;
    this.headers = headers;
    this.raw = sent.raw;
    this.body = sent.body;
    const over = event();
    this.over = over.happened;
    this.counted = this.over.then(turn).then(turn).then(turn);
    this.#end = over.happen;
  }

  get finished(): boolean {
    return this.outcome === 'finished';
  }

  get billed(): Billed {
    const free = this.text === '' && (this.outcome === 'refused' || !this.accepted);
    return free ? { inputTokens: 0, outputTokens: 0 } : this.count();
  }

  /** What it would cost if it is billed. */
  count(): Billed {
    return {
      inputTokens: Math.ceil(askedBytes(this.body) / BYTES_PER_TOKEN),
      outputTokens: Math.ceil(Buffer.byteLength(this.text) / BYTES_PER_TOKEN),
    };
  }

  /** The response head is out: from here on it works, and bills. */
  opened(): void {
    this.accepted = true;
  }

  sent(text: string): void {
    this.text += text;
  }

  ended(outcome: 'finished' | 'refused' | 'cut'): void {
    if (this.outcome !== 'running') return;
    this.outcome = outcome;
  }

  /** The response is closed: after its end by the script, or because the client went. */
  left(): void {
    if (this.outcome === 'running') {
      this.outcome = 'aborted';
      this.abortedAt = Date.now();
    }
    this.#end();
  }
}

/** Bytes of every text in `messages` and `system`. */
function askedBytes(body: Record<string, unknown>): number {
  let count = 0;
  const walk = (value: unknown): void => {
    if (typeof value === 'string') count += Buffer.byteLength(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null)
      for (const [name, member] of Object.entries(value)) if (name === 'content' || name === 'text') walk(member);
  };
  walk(body['system']);
  walk(body['messages']);
  return count;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
