import {
  hasContent,
  type AnswerEvent,
  type AnswerProblem,
  type NumberedEvent,
  type Provenance,
} from '#shared/answer.ts';
import type { Clock } from '#shared/clock.ts';
import { errorBody, Problem, type ProblemCode } from '#shared/problem.ts';
import type { EndState, NotedCall } from '../store/journal.ts';
import type { AskHandle, ReaderKind } from './asks.ts';
import { asksUsage, type Ask } from './identify.ts';
import type { JournalWriter } from './journal-writer.ts';

export type LastEvent = Extract<AnswerEvent, { type: 'answer-end' | 'answer-problem' }>;

/** Refusals of ours that another day, or another setting, lifts. */
const PASSING: ReadonlySet<ProblemCode> = new Set(['budget_spent', 'too_costly', 'price_unknown']);

/**
 * One ask while it lives: its numbered events in memory, for any number of readers. Each reader pulls at its own pace;
 * none holds the producer. Bounded by whoever produces.
 */
export class Job {
  readonly ask: Ask;
  readonly run: number;
  delivery: 'provider' | 'router-cache' | 'joined' = 'provider';
  /** Ms from arrival to the first content, and to the end. */
  firstContentMs: number | null = null;
  totalMs: number | null = null;
  /** Set when it ended with a problem. */
  problem: Problem | null = null;
  /** Resolves when the journal has its end, too. */
  readonly settled: Promise<void>;
  #settle: (journaled: Promise<void>) => void = () => undefined;
  readonly #events: NumberedEvent[] = [];
  #state: 'running' | EndState = 'running';
  #provenance: Provenance | null = null;
  readonly #readers = new Set<{ kind: ReaderKind }>();
  #beganAnew = 0;
  #takeBackGrace: (() => void) | null = null;
  #release: (() => void) | null = null;
  #waiting = new Set<() => void>();
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #journal: JournalWriter | null;

  /** `journal` is null for an ask that could not be claimed there. */
  constructor(ask: Ask, details: { run: number; journal: JournalWriter | null; clock: Clock; graceMs: number }) {
    this.ask = ask;
    this.run = details.run;
    this.#journal = details.journal;
    this.#clock = details.clock;
    this.#graceMs = details.graceMs;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
  }

  get id(): string {
    return this.ask.id;
  }

  get state(): 'running' | EndState {
    return this.#state;
  }

  /** Where its answer comes from, as far as that is known. */
  get provenance(): Provenance | null {
    return this.#provenance;
  }

  /** A repeat of its key is a new run. */
  get isKeyFree(): boolean {
    return this.#state === 'failed' || this.#state === 'incomplete' || this.#isRefusedForNow;
  }

  /** Refused for a reason that passes by itself or by a setting: to be remembered for days would be wrong. */
  get #isRefusedForNow(): boolean {
    return this.#state === 'refused' && this.problem !== null && PASSING.has(this.problem.code);
  }

  /** Ms since the ask arrived. */
  sinceArrival(): number {
    return Math.max(0, Math.round(this.#clock.monotonic() - this.ask.request.arrivedMonotonicMs));
  }

  /** The content begins, or an answer without any ends: `opening` can say who answers. */
  open(provenance: Provenance): void {
    this.#provenance = provenance;
  }

  /** Adds an event before the last. Nothing happens once it is over. */
  emit(event: AnswerEvent): void {
    if (this.#state !== 'running') return;
    if (this.firstContentMs === null && hasContent(event)) this.firstContentMs = this.sinceArrival();
    const numbered = { seq: this.#events.length + 1, event };
    if (event.type === 'answer-reset') this.#beganAnew = numbered.seq;
    this.#events.push(numbered);
    this.#journal?.add(numbered);
    this.#wake();
  }

  /** What was called for it, for the case that the process ends before it does. */
  note(calls: readonly NotedCall[]): void {
    if (this.#state === 'running') this.#journal?.note(calls);
  }

  /** Ends it with its last event. Nothing happens once it is over. */
  end(event: LastEvent, state: EndState, problem: Problem | null = null): void {
    if (this.#state !== 'running') return;
    this.emit(event);
    this.#state = state;
    this.problem = problem;
    if (event.provenance !== null) this.#provenance = event.provenance;
    this.totalMs = this.sinceArrival();
    this.#takeBackGrace?.();
    const kept = this.#isRefusedForNow ? 'failed' : state;
    this.#settle(this.#journal?.end(kept, this.#clock.now()) ?? Promise.resolve());
    this.#wake();
    this.#release?.();
  }

  /** Ends it with a problem, as `state`. */
  fail(problem: Problem, state: EndState, provenance = this.#provenance): void {
    this.end({ type: 'answer-problem', problem: problemEvent(problem), provenance }, state, problem);
  }

  /** Stopped on request, or because nobody waits for it. */
  cancel(): void {
    this.fail(new Problem('cancelled', `Ask \`${this.id}\` was stopped.`), 'cancelled');
  }

  /** `release` is called once when it is over, so that its producer can stop if nobody else wants the answer. */
  onOver(release: () => void): void {
    this.#release = release;
  }

  /** What those who read it now can do with an answer. */
  get readers(): readonly ReaderKind[] {
    return [...this.#readers].map(({ kind }) => kind);
  }

  /** A reader's hold. An ask without a key whose last reader left is cancelled after the grace. */
  hold(delivery: AskHandle['delivery'], kind: ReaderKind = 'appends'): AskHandle {
    const reader = { kind };
    this.#readers.add(reader);
    this.#takeBackGrace?.();
    this.#takeBackGrace = null;
    let left = false;
    return {
      askId: this.id,
      delivery,
      state: () => this.#state,
      opening: (signal) => this.#opening(signal),
      events: (after, signal) => this.#read(after, signal),
      beganAnew: () => this.#beganAnew,
      usageAsked: asksUsage(this.ask.request.body),
      leave: () => {
        if (left) return;
        left = true;
        this.#readers.delete(reader);
        if (this.#readers.size > 0 || this.#state !== 'running' || this.ask.request.key !== null) return;
        this.#takeBackGrace = this.#clock.after(this.#graceMs, () => this.cancel());
      },
    };
  }

  async #opening(signal: AbortSignal): Promise<Provenance> {
    while (this.#provenance === null && this.#state === 'running') await this.#change(signal);
    // Nothing came: an answer that began has `answer-start` as its first event.
    if (this.problem !== null && this.#events[0]?.event.type === 'answer-problem') throw this.problem;
    if (this.#provenance === null) throw new Problem('broken', `Ask \`${this.id}\` ended without saying how.`);
    return this.#provenance;
  }

  async *#read(after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent, void, undefined> {
    for (let next = Math.max(0, after); ;) {
      for (let event = this.#events[next]; event !== undefined; event = this.#events[++next]) yield event;
      if (this.#state !== 'running') return;
      await this.#change(signal);
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Waits for the next event; rejects when the reader's signal is aborted. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#waiting.delete(wake);
        reject(reasonOf(signal));
      };
      if (signal.aborted) return reject(reasonOf(signal));
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(wake);
    });
  }
}

function reasonOf({ reason }: { reason: unknown }): Error {
  return reason instanceof Error ? reason : new Error('The reader left.', { cause: reason });
}

/** A problem as an event: the sentence with what to do, as it stands in a body. */
export function problemEvent(problem: Problem): AnswerProblem {
  return { code: problem.code, message: errorBody(problem).error.message, status: problem.status };
}
