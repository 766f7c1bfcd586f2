import type { NumberedEvent } from '#shared/answer.ts';
import type { EndState, Journal, NotedCall } from '../store/journal.ts';
import type { Log } from '#shared/log.ts';

/**
 * Writes one ask's events to the journal behind its back: one append is under way, what comes meanwhile goes with the
 * next. A failed append is tried again with the next one and a last time at the end; then the journal's ask ends as
 * `incomplete`, because a remembered answer with a hole would be worse than none.
 */
export class JournalWriter {
  readonly #askId: string;
  readonly #journal: Journal;
  readonly #log: Log;
  #pending: NumberedEvent[] = [];
  #writing: Promise<void> | null = null;
  #complained = false;

  constructor(askId: string, journal: Journal, log: Log) {
    this.#askId = askId;
    this.#journal = journal;
    this.#log = log;
  }

  add(event: NumberedEvent): void {
    this.#pending.push(event);
    this.#writing ??= this.#write();
  }

  /** Notes what was called. Behind the ask's back, and in order: it must be there if the process ends, and delays nothing. */
  note(calls: readonly NotedCall[]): void {
    this.#journal.note(this.#askId, calls).catch((cause: unknown) => this.#complain(cause));
  }

  /** Writes what is left, then closes the ask. Never rejects. */
  async end(state: EndState, atMs: number): Promise<void> {
    await this.#writing;
    if (this.#pending.length > 0) await this.#write();
    const kept = this.#pending.length === 0 ? state : 'incomplete';
    this.#pending = [];
    try {
      await this.#journal.end(this.#askId, kept, atMs);
    } catch (cause) {
      this.#complain(cause);
    }
  }

  /** Appends until nothing is pending, or until an append fails. */
  async #write(): Promise<void> {
    // What is emitted in the same turn goes in one append.
    await Promise.resolve();
    let failed = false;
    while (this.#pending.length > 0 && !failed) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#journal.append(this.#askId, batch);
      } catch (cause) {
        failed = true;
        this.#pending = [...batch, ...this.#pending];
        this.#complain(cause);
      }
    }
    this.#writing = null;
  }

  /** Once per ask: a broken disk must not fill the log too. */
  #complain(cause: unknown): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#log.error({ askId: this.#askId, err: cause }, 'The journal did not take an ask; its answer goes on.');
  }
}
