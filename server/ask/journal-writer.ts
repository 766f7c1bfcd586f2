import type { NumberedEvent } from '#shared/answer.ts';
import type { EndState, Journal, NotedCall } from '../store/journal.ts';
import type { Log } from '#shared/log.ts';

/**
 * Writes one ask's events to the journal behind its back: what is emitted in one turn of the event loop goes in one append, what
 * comes while it is under way goes with the next, and what is left at the end goes with the end; a short answer is one write. A
 * failed append is tried again with the next one and a last time at the end; then the journal's ask ends as `incomplete`, because
 * a remembered answer with a hole would be worse than none.
 */
export class JournalWriter {
  readonly #askId: string;
  readonly #journal: Journal;
  readonly #log: Log;
  #pending: NumberedEvent[] = [];
  #state: 'resting' | 'busy' | 'ended' = 'resting';
  /** The appends under way. */
  #writing: Promise<void> = Promise.resolve();
  #complained = false;

  constructor(askId: string, journal: Journal, log: Log) {
    this.#askId = askId;
    this.#journal = journal;
    this.#log = log;
  }

  add(event: NumberedEvent): void {
    this.#pending.push(event);
    if (this.#state !== 'resting') return;
    this.#state = 'busy';
    setImmediate(() => {
      if (this.#state === 'busy') this.#writing = this.#write();
    });
  }

  /** Notes what was called. Behind the ask's back, and in order: it must be there if the process ends, and delays nothing. */
  note(calls: readonly NotedCall[]): void {
    this.#journal.note(this.#askId, calls).catch((cause: unknown) => this.#complain(cause));
  }

  /** Writes what is left, and closes the ask. Never rejects. */
  async end(state: EndState, atMs: number): Promise<void> {
    this.#state = 'ended';
    await this.#writing;
    const last = this.#pending;
    this.#pending = [];
    try {
      return await this.#journal.end(this.#askId, state, atMs, last);
    } catch (cause) {
      this.#complain(cause);
    }
    // An ask that cannot be closed with what is left of it is closed without, and says so.
    if (last.length > 0)
      await this.#journal.end(this.#askId, 'incomplete', atMs).catch((cause: unknown) => this.#complain(cause));
  }

  /** Appends until nothing is pending, the ask has ended, or an append fails. */
  async #write(): Promise<void> {
    while (this.#pending.length > 0 && this.#state !== 'ended') {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#journal.append(this.#askId, batch);
      } catch (cause) {
        this.#pending = [...batch, ...this.#pending];
        this.#complain(cause);
        break;
      }
    }
    if (this.#state === 'busy') this.#state = 'resting';
  }

  /** Once per ask: a broken disk must not fill the log too. */
  #complain(cause: unknown): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#log.error({ askId: this.#askId, err: cause }, 'The journal did not take an ask; its answer goes on.');
  }
}
