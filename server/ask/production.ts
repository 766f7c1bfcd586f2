import type { AnswerEvent, Provenance } from '#shared/answer.ts';
import { Problem } from '#shared/problem.ts';
import { MAX_EVENT_BYTES } from '../store/journal.ts';
import type { CachedAnswer } from '../store/answer-cache.ts';
import type { AttemptRecord, ContentEvent } from '../routing/attempt.ts';
import type { Calling, Commitment, RouteEnd, RouteSink } from '../routing/route.ts';
import type { Course } from './course.ts';
import { notedCall } from './cut-asks.ts';
import type { Job } from './job.ts';
import { giveAgain } from './remember.ts';
import { costOf, provenanceOf } from './provenance.ts';

/** Left free for the last event of an ask, whose length the router knows. */
const ROOM_FOR_END = 16_384;

/** JSON around one event in the journal: its number and brackets. */
const JSON_AROUND = 32;

/** How a production ended, for every job that still follows it. */
export type Ending =
  | Exclude<RouteEnd, { kind: 'stopped' }>
  /** Nobody could be reached, and an answer of before is given in its place. */
  | { kind: 'stood-in'; cached: CachedAnswer; nowMs: number };

/**
 * One answer in the making: what the router brings goes to the ask that leads and to those that follow it. It goes on
 * while any of them wants it, whoever it began with.
 */
export class Production implements RouteSink {
  /** The ask whose calls these are: it alone pays. */
  readonly leader: Job;
  /** What of it goes to a provider. */
  readonly course: Course;
  /** Everyone that ever followed, the leader first. */
  readonly jobs: Job[] = [];
  readonly attempts: AttemptRecord[] = [];
  by: Commitment | null = null;
  /** Who went on with it, and where; null when nobody had to. */
  joint: Provenance['continued'] | null = null;
  readonly #nowSeconds: () => number;
  readonly #calls: Calling[] = [];
  readonly #events: AnswerEvent[] = [];
  readonly #wanting = new Set<Job>();
  readonly #stop = new AbortController();
  #bytes = 0;
  #ending: Ending | null = null;

  constructor(leader: Job, course: Course, nowSeconds: () => number) {
    this.leader = leader;
    this.course = course;
    this.#nowSeconds = nowSeconds;
    this.join(leader);
  }

  /** Aborted when nobody wants the answer any more, and by `stop`. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** How it ended; null while it goes on. */
  get ending(): Ending | null {
    return this.#ending;
  }

  /** Start and content so far. */
  get events(): readonly AnswerEvent[] {
    return this.#events;
  }

  /** Gives the job everything so far, and then whatever comes. */
  join(job: Job): void {
    this.jobs.push(job);
    this.#wanting.add(job);
    job.onOver(() => this.#leave(job));
    for (const event of this.#events) job.emit(event);
    if (this.by !== null) job.open(provenanceOf(job, this));
    if (this.#ending !== null) this.#conclude(job, this.#ending);
  }

  content(event: ContentEvent, by: Commitment): void {
    this.#bytes += Buffer.byteLength(JSON.stringify(event)) + JSON_AROUND;
    if (this.#bytes > MAX_EVENT_BYTES - ROOM_FOR_END)
      return this.stop(new Problem('stream_incomplete', `The answer grew past ${MAX_EVENT_BYTES} bytes.`));
    const isFirst = this.by === null;
    if (isFirst) this.#begin(by);
    this.#give(event);
    if (isFirst) for (const job of this.#wanting) job.open(provenanceOf(job, this));
  }

  beginAnew(by: Commitment): void {
    this.by = by;
    this.joint = null;
    this.#give({ type: 'answer-reset', model: by.model, createdSeconds: this.#nowSeconds() });
    for (const job of this.#wanting) job.open(provenanceOf(job, this));
  }

  continued(joint: { provider: string; at: number }): void {
    this.joint = joint;
  }

  readers(): 'unseen' | 'resettable' | 'fixed' {
    const kinds = [...this.#wanting].flatMap((job) => job.readers);
    if (kinds.includes('appends')) return 'fixed';
    return kinds.includes('resets') ? 'resettable' : 'unseen';
  }

  calling(call: Calling): void {
    this.#calls.push(call);
    this.leader.note(this.#calls.map((one) => notedCall(one, this.attempts)));
  }

  /** In the order of their start: one that lost can end before one that began earlier. */
  attempted(record: AttemptRecord): void {
    this.attempts.push(record);
    this.attempts.sort((a, b) => a.ordinal - b.ordinal);
  }

  /** Ends the upstream call; who still waits gets the problem. */
  stop(problem: Problem): void {
    this.#stop.abort(problem);
  }

  /** The router is done. */
  finish(end: RouteEnd): void {
    this.#ending = end.kind === 'stopped' ? this.#stopped() : end;
    if (this.#ending.kind === 'answered' && this.by === null) this.#begin(this.#ending.by);
    for (const job of [...this.#wanting]) this.#conclude(job, this.#ending);
  }

  /** Nobody could be reached: an answer of before stands in, for everybody who waits. */
  give(old: CachedAnswer, nowMs: number): void {
    this.#ending = { kind: 'stood-in', cached: old, nowMs };
    for (const job of [...this.#wanting]) this.#conclude(job, this.#ending);
  }

  #begin(by: Commitment): void {
    this.by = by;
    this.#give({ type: 'answer-start', model: by.model, createdSeconds: this.#nowSeconds() });
  }

  #give(event: AnswerEvent): void {
    this.#events.push(event);
    for (const job of this.#wanting) job.emit(event);
  }

  #conclude(job: Job, ending: Ending): void {
    if (ending.kind === 'stood-in') {
      const attempts = job === this.leader ? this.attempts : [];
      return giveAgain(job, ending.cached, { nowMs: ending.nowMs, degraded: ['stale_answer'], attempts });
    }
    const provenance = provenanceOf(job, this, costOf(this.attempts));
    if (ending.kind === 'failed') return job.fail(ending.problem, ending.outcome, provenance);
    const { finishReason, usage } = ending;
    job.end({ type: 'answer-end', finishReason, usage, provenance }, 'answered');
  }

  #leave(job: Job): void {
    this.#wanting.delete(job);
    if (this.#wanting.size === 0 && this.#ending === null)
      this.#stop.abort(new Problem('cancelled', 'Nobody waits for this answer any more.'));
  }

  #stopped(): Ending {
    const reason: unknown = this.#stop.signal.reason;
    const problem = reason instanceof Problem ? reason : new Problem('broken', 'The answer was stopped.');
    return { kind: 'failed', outcome: this.by === null ? 'failed' : 'incomplete', problem };
  }
}
