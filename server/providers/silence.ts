import type { Clock } from '#shared/clock.ts';

/**
 * Notices a wait that lasts too long. One timer serves a whole stream: it looks, when it fires, how long the present wait
 * has lasted, instead of being set and cleared for every chunk.
 */
export class Silence {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onSilence: () => void;
  /** Monotonic ms at which the present wait began; null while nobody waits. */
  #waitingSince: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, limitMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
  }

  /** A wait for bytes begins. */
  begin(): void {
    this.#waitingSince = this.#clock.monotonic();
    if (this.#cancel === null) this.#set(this.#limitMs);
  }

  /** Bytes came. */
  end(): void {
    this.#waitingSince = null;
  }

  /** Takes the timer back. */
  stop(): void {
    this.#waitingSince = null;
    this.#cancel?.();
    this.#cancel = null;
  }

  #set(delayMs: number): void {
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = null;
      if (this.#waitingSince === null) return;
      const leftMs = this.#waitingSince + this.#limitMs - this.#clock.monotonic();
      if (leftMs > 0) this.#set(leftMs);
      else this.#onSilence();
    });
  }
}
