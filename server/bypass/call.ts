import type { FinishReason, Provenance } from '#shared/answer.ts';
import { usdFromNano, type Usage } from '#shared/money.ts';
import type { ProblemCode } from '#shared/problem.ts';
import type { Deployment } from '../config/configuration.ts';
import { ProviderFailure, type FailureKind } from '../providers/provider.ts';
import { bill, bytesOf } from '../routing/bill.ts';
import type { AskRow } from '../store/ledger.ts';
import { book } from './book.ts';
import type { BypassParts, DirectAsk } from './bypass.ts';
import type { ContentEvent } from '../routing/attempt.ts';

/** Most bytes of an answer that are kept for the journal; a longer one is not in it. */
const MAX_KEPT_BYTES = 2_000_000;

/** How a call ended. */
export interface CallEnd {
  ended: 'finished' | 'stopped' | FailureKind;
  outcome: AskRow['outcome'];
  problem: ProblemCode | null;
  reason: FinishReason | null;
  usage: Usage | null;
  httpStatus: number | null;
  /** Bytes that came and could not be read. */
  unreadBytes?: number;
}

/** What is known of a call that is over, for ledger and journal. */
export interface CallRecord extends CallEnd {
  ask: DirectAsk;
  deployment: Deployment;
  startedAtMs: number;
  headersMs: number | null;
  firstTokenMs: number | null;
  totalMs: number;
  latencyMs: number;
  /** Null when it grew too long to be kept. */
  content: ContentEvent[] | null;
  bill: { usage: Usage; costNanoUsd: number | null };
}

/** The one call of an ask in bypass: its limits, its end, and what is booked of it. */
export class BypassCall {
  readonly ask: DirectAsk;
  readonly deployment: Deployment;
  /** Resolves when it is over and booked. */
  readonly over: Promise<void>;
  readonly #parts: BypassParts;
  readonly #client: AbortSignal;
  readonly #controller = new AbortController();
  readonly #startedAtMs: number;
  readonly #startedMs: number;
  #cancelLimit: () => void;
  #headersMs: number | null = null;
  #firstTokenMs: number | null = null;
  #outputBytes = 0;
  #content: ContentEvent[] | null = [];
  #resolveOver: () => void = () => undefined;
  #isOver = false;

  constructor(of: { ask: DirectAsk; deployment: Deployment; parts: BypassParts }, client: AbortSignal) {
    this.ask = of.ask;
    this.deployment = of.deployment;
    this.#parts = of.parts;
    this.#client = client;
    const { clock } = of.parts;
    this.#startedAtMs = clock.now();
    this.#startedMs = clock.monotonic();
    this.over = new Promise((resolve) => (this.#resolveOver = resolve));
    const { timeoutMs } = of.deployment;
    this.#cancelLimit = clock.after(timeoutMs, () =>
      this.#controller.abort(new ProviderFailure('timeout', `No answer within ${timeoutMs} ms.`)),
    );
    if (client.aborted) this.stop();
    else client.addEventListener('abort', this.stop, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whoever asked is gone, or the router stops. */
  readonly stop = (): void => this.#controller.abort(new Stopped());

  /** Ms since the arrival of the ask. */
  sinceArrival(): number {
    return Math.max(0, Math.round(this.#parts.clock.monotonic() - this.ask.arrivedMonotonicMs));
  }

  /** Its response headers came. */
  accepted(): void {
    this.#cancelLimit();
    this.#headersMs = this.#sinceStart();
    const { streamTotalMs } = this.deployment;
    const late = new ProviderFailure('timeout', `It was still writing after ${streamTotalMs / 1000} s.`);
    this.#cancelLimit = this.#parts.clock.after(streamTotalMs, () => this.#controller.abort(late));
  }

  readonly hear = (event: ContentEvent): void => {
    this.#firstTokenMs ??= this.#sinceStart();
    this.#outputBytes += bytesOf(event);
    if (this.#outputBytes > MAX_KEPT_BYTES) this.#content = null;
    this.#content?.push(event);
  };

  get hasContent(): boolean {
    return this.#firstTokenMs !== null;
  }

  /** What the call came to is booked, once; nobody waits for that. Gives where the answer came from. */
  end(end: CallEnd): Provenance {
    const { deployment } = this;
    const accepted = this.#headersMs !== null && end.httpStatus === 200;
    const outputBytes = this.#outputBytes + (end.unreadBytes ?? 0);
    const billed = bill({ deployment, messages: this.ask.messages, accepted, outputBytes, keptFor: null, ...end });
    if (!this.#isOver) {
      this.#isOver = true;
      this.#cancelLimit();
      this.#client.removeEventListener('abort', this.stop);
      const times = { startedAtMs: this.#startedAtMs, headersMs: this.#headersMs, totalMs: this.#sinceStart() };
      const { ask } = this;
      const record: CallRecord = {
        ...{ ...end, ...times, ask, deployment, bill: billed, content: this.#content },
        firstTokenMs: this.#outputBytes > 0 ? this.#firstTokenMs : null,
        latencyMs: this.sinceArrival(),
      };
      void book(record, { ...this.#parts, provenance: this.provenance(billed) }).finally(this.#resolveOver);
    }
    return this.provenance(billed);
  }

  /** How a thrown thing ended it. */
  fail(thrown: unknown, httpStatus: number | null): ProviderFailure {
    if (thrown instanceof Stopped) {
      this.end({ ended: 'stopped', outcome: 'cancelled', problem: null, reason: null, usage: null, httpStatus });
      return new ProviderFailure('cut', 'The ask was stopped.', { cause: thrown });
    }
    const failure =
      thrown instanceof ProviderFailure
        ? thrown
        : new ProviderFailure('rejected', 'The call failed inside Layover.', { cause: thrown });
    const outcome = this.hasContent ? 'incomplete' : failure.meaning.failOver ? 'failed' : 'refused';
    this.end({ ended: failure.kind, outcome, problem: this.#codeOf(failure), reason: null, usage: null, httpStatus });
    return failure;
  }

  provenance(billed: CallRecord['bill'] | null = null): Provenance {
    const costNanoUsd = billed?.costNanoUsd ?? null;
    return {
      id: this.ask.id,
      source: 'provider',
      provider: this.deployment.name,
      model: this.deployment.model,
      attempts: 1,
      hops: 0,
      cost_usd: costNanoUsd === null ? null : usdFromNano(costNanoUsd),
      cost_estimated: billed?.usage.estimated ?? false,
      degraded: ['bypass'],
      age_seconds: 0,
      first_token_ms: null,
      demo: this.deployment.demo,
    };
  }

  #codeOf(failure: ProviderFailure): ProblemCode {
    if (this.hasContent) return 'stream_incomplete';
    if (failure.kind === 'timeout') return 'timeout';
    if (failure.kind === 'context-length') return 'context_too_long';
    return failure.meaning.failOver ? 'providers_down' : 'provider_refused';
  }

  #sinceStart(): number {
    return Math.round(this.#parts.clock.monotonic() - this.#startedMs);
  }
}

class Stopped extends Error {
  override readonly name = 'Stopped';
}
