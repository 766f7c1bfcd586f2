import type { Clock } from '#shared/clock.ts';
import type { Owner } from '../store/journal.ts';
import type { Ask } from './identify.ts';
import { Job } from './job.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { Production } from './production.ts';

/** Most asks that run at a time; more get `too_many_asks`. */
export const MAX_RUNNING = 2_000;

/** How long an ask that is over stays in memory, ms; then its readers come from the journal. */
const KEEP_MS = 30_000;

/** Most asks that are over in memory: the oldest go first. Each can hold 4 MB, and most hold a few kB. */
const KEEP_COUNT = 64;

/** How long a stop waits for an ask that it overtook, ms, and how many of them wait; the oldest go first. */
const STOP_KEEP_MS = 60_000;
const STOP_COUNT = 1_000;

/** Landings that are remembered; the oldest go first. An ask is admitted within seconds. */
const LANDED_COUNT = 1_000;

/** The asks of this process that live or have just ended, the productions in flight, and the work behind them. */
export class LiveAsks {
  readonly #clock: Clock;
  readonly #graceMs: () => number;
  readonly #byId = new Map<string, Job>();
  /** By owner and key: enough to know a repeat where the journal cannot be asked. */
  readonly #byKey = new Map<string, Job>();
  readonly #inFlight = new Map<string, Production>();
  /** When an answer landed last, by its key: an ask that came before then may have looked into the cache too early. */
  readonly #landed = new Map<string, number>();
  #moment = 0;
  readonly #running = new Set<Job>();
  readonly #over = new Map<Job, () => void>();
  readonly #work = new Set<Promise<void>>();
  /** Asks that are being admitted: on the way into the journal, and not among the others yet. */
  readonly #arriving = new Map<string, Promise<void>>();
  /** By owner and id, the monotonic moment until which a stop waits. */
  readonly #stops = new Map<string, number>();

  constructor(clock: Clock, graceMs: () => number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  get running(): ReadonlySet<Job> {
    return this.#running;
  }

  /** Begins an ask that was elected to run. `journal` is null for one that could not be claimed. */
  start(ask: Ask, details: { run: number; journal: JournalWriter | null }): Job {
    const job = new Job(ask, { ...details, clock: this.#clock, graceMs: this.#graceMs() });
    this.#byId.set(job.id, job);
    if (ask.request.key !== null) this.#byKey.set(keyOf(ask.owner, ask.request.key), job);
    this.#running.add(job);
    this.track(job.settled.then(() => this.#retire(job)));
    return job;
  }

  /** An ask is on its way in; until `admitted` ends, whoever looks for it waits. */
  expect(askId: string, admitted: Promise<unknown>): void {
    const arrival: Promise<void> = admitted
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        if (this.#arriving.get(askId) === arrival) this.#arriving.delete(askId);
      });
    this.#arriving.set(askId, arrival);
  }

  /** The ask, as soon as it is clear whether it is here. */
  async find(askId: string): Promise<Job | null> {
    await this.#arriving.get(askId);
    return this.byId(askId);
  }

  /** Resolves when all that were on their way in are here, or turned away. */
  async arrivals(): Promise<void> {
    await Promise.all(this.#arriving.values());
  }

  /** The asks in memory that fit, running or over. */
  of(fits: (ask: Ask) => boolean): Job[] {
    return [...this.#running, ...this.#over.keys()].filter(({ ask }) => fits(ask));
  }

  /** Forgets asks that are over before their time. */
  drop(jobs: readonly Job[]): void {
    for (const job of jobs) this.#forget(job);
  }

  byId(askId: string): Job | null {
    return this.#byId.get(askId) ?? null;
  }

  byKey(owner: Owner, key: string): Job | null {
    return this.#byKey.get(keyOf(owner, key)) ?? null;
  }

  /** A stop came for an ask that is not here: on its own connection it can overtake the ask. */
  stopEarly(owner: Owner, askId: string): void {
    this.#stops.set(keyOf(owner, askId), this.#clock.monotonic() + STOP_KEEP_MS);
    for (const oldest of this.#stops.keys()) {
      if (this.#stops.size <= STOP_COUNT) return;
      this.#stops.delete(oldest);
    }
  }

  /** Whether a stop came before this ask did. */
  wasStopped(owner: Owner, askId: string): boolean {
    const untilMs = this.#stops.get(keyOf(owner, askId));
    return untilMs !== undefined && untilMs > this.#clock.monotonic();
  }

  /** Counts up; for whoever asks what has landed since. */
  moment(): number {
    return ++this.#moment;
  }

  /** The production that an ask with this cache key may follow. */
  inFlight(cacheKey: string): Production | null {
    return this.#inFlight.get(cacheKey) ?? null;
  }

  /** Whether one with this cache key has landed after that moment. */
  landedSince(cacheKey: string, moment: number): boolean {
    return (this.#landed.get(cacheKey) ?? 0) > moment;
  }

  /** Identical asks find the production from now until it has landed. */
  takeOff(production: Production, cacheKey: string | null): void {
    if (cacheKey !== null) this.#inFlight.set(cacheKey, production);
  }

  land(production: Production, cacheKey: string | null): void {
    if (cacheKey === null || this.#inFlight.get(cacheKey) !== production) return;
    this.#inFlight.delete(cacheKey);
    this.#landed.delete(cacheKey);
    this.#landed.set(cacheKey, this.moment());
    for (const oldest of this.#landed.keys()) {
      if (this.#landed.size <= LANDED_COUNT) return;
      this.#landed.delete(oldest);
    }
  }

  /** Work that a clean stop waits for. It must not reject. */
  track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  /** Resolves when no work is left, that of asks that come meanwhile included. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #retire(job: Job): void {
    this.#running.delete(job);
    this.#over.set(
      job,
      this.#clock.after(KEEP_MS, () => this.#forget(job)),
    );
    for (const oldest of this.#over.keys()) {
      if (this.#over.size <= KEEP_COUNT) return;
      this.#forget(oldest);
    }
  }

  #forget(job: Job): void {
    this.#over.get(job)?.();
    this.#over.delete(job);
    // A freed key may have begun its next run under the same id.
    if (this.#byId.get(job.id) === job) this.#byId.delete(job.id);
    const { owner, request } = job.ask;
    if (request.key === null) return;
    const key = keyOf(owner, request.key);
    if (this.#byKey.get(key) === job) this.#byKey.delete(key);
  }
}

function keyOf(owner: Owner, key: string): string {
  return JSON.stringify([owner.tenant, owner.user, key]);
}
