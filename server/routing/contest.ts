import type { Clock } from '#shared/clock.ts';
import { Stopped, type AttemptEnd, type AttemptRecord, type ContentEvent } from './attempt.ts';
import type { CallWatch } from './deployments.ts';
import type { Commitment } from './route.ts';

/** An attempt that is over, and who made it. */
export interface Ended {
  by: Commitment;
  record: AttemptRecord;
  end: AttemptEnd;
  /** To be told how it ended. */
  watch: CallWatch;
}

/** Content, and who gave it. */
export interface Piece {
  event: ContentEvent;
  by: Commitment;
}

/** Makes an attempt. */
export type Start = (onContent: (piece: Piece) => void, signal: AbortSignal) => Promise<Ended>;

export interface ContestParts {
  first: Start;
  /** Who may join when nothing came for so long; null for nobody. Its start gives null when nobody may after all. */
  second: { afterMs: number; start: () => Start | null } | null;
  /** Content of the one that won, in order. False stops it: what it says does not fit. */
  deliver: (piece: Piece) => boolean;
  clock: Clock;
}

/** Pieces of a refusal that wait for the other attempt. */
const MOST_HELD = 200;

interface Runner {
  readonly held: Piece[];
  readonly stop: AbortController;
  ended: Ended | null;
}

/**
 * One attempt, and a second one beside it when the first is slow. The first content wins, and the other is stopped at once; an
 * error, an end without content and a refusal win nothing while the other still runs.
 */
export class Contest {
  readonly #parts: ContestParts;
  readonly #runners: Runner[] = [];
  /** In the order of their start; a second one joins while the first is waited for. */
  readonly #running: Promise<void>[] = [];
  #winner: Runner | null = null;
  #takeBackSecond = (): void => undefined;

  constructor(parts: ContestParts) {
    this.#parts = parts;
  }

  /** Resolves when every attempt is over; gives the one whose answer it is, and all of them in the order of their start. */
  async run(signal: AbortSignal): Promise<{ winner: Ended | null; ended: Ended[] }> {
    // Not `AbortSignal.any`, which costs every ask more than one listener does.
    const stopAll = (): void => this.#runners.forEach(({ stop }) => stop.abort(signal.reason));
    signal.addEventListener('abort', stopAll, { once: true });
    this.#begin(this.#parts.first);
    if (signal.aborted) stopAll();
    else this.#expectSecond(signal);
    for (const over of this.#running) await over;
    this.#takeBackSecond();
    signal.removeEventListener('abort', stopAll);
    const ended = this.#runners.flatMap((runner) => runner.ended ?? []);
    return { winner: this.#winner?.ended ?? null, ended };
  }

  #expectSecond(signal: AbortSignal): void {
    const { clock, second } = this.#parts;
    if (second === null || this.#winner !== null) return;
    this.#takeBackSecond = clock.after(second.afterMs, () => {
      const start = signal.aborted ? null : second.start();
      if (start !== null) this.#begin(start);
    });
  }

  #begin(start: Start): void {
    const runner: Runner = { held: [], stop: new AbortController(), ended: null };
    this.#runners.push(runner);
    const running = start((piece) => this.#hear(runner, piece), runner.stop.signal).then((ended) => {
      runner.ended = ended;
      this.#judge();
    });
    this.#running.push(running);
  }

  #hear(runner: Runner, piece: Piece): void {
    if (this.#winner === runner) return this.#deliver(runner, piece);
    if (this.#winner !== null) return;
    runner.held.push(piece);
    const isRefusal = piece.event.type === 'text-delta' && piece.event.refusal === true;
    if (!isRefusal || this.#isAlone(runner) || runner.held.length >= MOST_HELD) this.#win(runner);
  }

  #deliver(runner: Runner, piece: Piece): void {
    if (!this.#parts.deliver(piece)) runner.stop.abort(new Stopped('misfit'));
  }

  /** Nobody else has anything to say, or may still. */
  #isAlone(runner: Runner): boolean {
    return this.#runners.every((other) => other === runner || other.ended?.end.kind === 'failed');
  }

  #win(runner: Runner): void {
    this.#winner = runner;
    this.#takeBackSecond();
    for (const other of this.#runners) if (other !== runner) other.stop.abort(new Stopped('lost'));
    for (const piece of runner.held.splice(0)) this.#deliver(runner, piece);
  }

  /** An attempt is over. */
  #judge(): void {
    // Whoever is over before a second one joined needs none.
    this.#takeBackSecond();
    if (this.#winner !== null) return;
    const running = this.#runners.filter(({ ended }) => ended === null);
    const [only] = running;
    if (only === undefined) {
      // A refusal says more than nothing at all.
      const finished = this.#runners.filter(({ ended }) => ended?.end.kind === 'finished');
      const best = finished.find(({ held }) => held.length > 0) ?? finished[0];
      if (best !== undefined) this.#win(best);
    } else if (only.held.length > 0 && this.#isAlone(only)) this.#win(only);
  }
}
