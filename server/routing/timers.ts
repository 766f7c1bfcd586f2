import type { Clock } from '#shared/clock.ts';
import { ProviderFailure } from '../providers/provider.ts';

/** How long an attempt may take for what. The fourth timer, for its connection, is the provider's. */
export interface AttemptLimits {
  /** Until the first content: not headers, not a role, not a ping. */
  firstContentMs: number;
  /** What is said when it passes, and whether that tells something of the deployment. */
  firstContent: { sentence: string; blame: boolean };
  /** Between two pieces of content. */
  idleMs: number;
  /** From the sending of the call to its end. */
  totalMs: number;
}

/**
 * The timers of one attempt: first content, then silence and the whole. The one that passes aborts `signal`, and with it the
 * call; so does `outer`. One timer of the clock serves all: it looks, when it fires, what is due, instead of being set again for
 * every piece.
 */
export class AttemptTimers {
  /** What passed; null while nothing has. */
  passed: { failure: ProviderFailure; blame: boolean } | null = null;
  readonly #clock: Clock;
  readonly #limits: AttemptLimits;
  readonly #startedMs: number;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  /** Monotonic ms of the last content; null before the first. */
  #contentMs: number | null = null;
  #cancel: () => void;

  constructor(clock: Clock, limits: AttemptLimits, outer: AbortSignal) {
    this.#clock = clock;
    this.#limits = limits;
    this.#outer = outer;
    this.#startedMs = clock.monotonic();
    this.#cancel = clock.after(Math.min(limits.firstContentMs, limits.totalMs), () => this.#look());
    // Not `AbortSignal.any`, which costs every attempt more than one listener does.
    if (outer.aborted) this.#follow();
    else outer.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Content came, or the end. */
  content(): void {
    const isFirst = this.#contentMs === null;
    this.#contentMs = this.#clock.monotonic();
    if (!isFirst || this.passed !== null) return;
    this.#cancel();
    this.#set();
  }

  takeBack(): void {
    this.#cancel();
    this.#outer.removeEventListener('abort', this.#follow);
  }

  readonly #follow = (): void => this.#controller.abort(this.#outer.reason);

  #look(): void {
    const { firstContent, idleMs, totalMs } = this.#limits;
    const now = this.#clock.monotonic();
    if (now - this.#startedMs >= totalMs)
      this.#pass(new ProviderFailure('timeout', `It was still writing after ${totalMs / 1000} s.`), false);
    else if (this.#contentMs === null)
      this.#pass(new ProviderFailure('timeout', firstContent.sentence), firstContent.blame);
    else if (now - this.#contentMs >= idleMs)
      this.#pass(new ProviderFailure('stalled', `It gave nothing for ${idleMs} ms in the middle of its answer.`), true);
    else this.#set();
  }

  #set(): void {
    const { idleMs, totalMs } = this.#limits;
    const now = this.#clock.monotonic();
    const dueMs = Math.min((this.#contentMs ?? now) + idleMs, this.#startedMs + totalMs);
    this.#cancel = this.#clock.after(Math.max(0, dueMs - now), () => this.#look());
  }

  #pass(failure: ProviderFailure, blame: boolean): void {
    this.passed = { failure, blame };
    this.#controller.abort(failure);
  }
}
