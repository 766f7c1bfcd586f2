import type { Clock } from '#shared/clock.ts';
import { Stopped, type AttemptEnd, type AttemptRecord, type ContentEvent } from './attempt.ts';
import type { Watch } from './health.ts';
import type { Commitment } from './route.ts';

/** An attempt that is over, and who made it. */
export interface Ended {
  by: Commitment;
  record: AttemptRecord;
  end: AttemptEnd;
  /** To be told how it ended. */
  watch: Watch;
}

/** Content, and who gave it. */
export interface Piece {
  event: ContentEvent;
  by: Commitment;
}

/** Makes an attempt. */
export type Start = (onContent: (piece: Piece) => void, signal: AbortSignal) => Promise<Ended>;

export interface Contest {
  first: Start;
  /** Who may join when nothing came for so long; null for nobody. Its start gives null when nobody may after all. */
  second: { afterMs: number; start: () => Start | null } | null;
  /** Content of the one that won, in order. */
  deliver: (piece: Piece) => void;
  clock: Clock;
}

/** Pieces of a refusal that wait for the other attempt. */
const MOST_HELD = 200;

interface Runner {
  readonly held: Piece[];
  readonly stop: AbortController;
  ended: Ended | null;
  over: Promise<void>;
}

/**
 * One attempt, and a second one beside it when the first is slow. The first content wins, and the other is stopped at once; an
 * error, an end without content and a refusal win nothing while the other still runs. Ends when all are over.
 */
export async function contest(given: Contest, signal: AbortSignal): Promise<{ winner: Ended | null; ended: Ended[] }> {
  const runners: Runner[] = [];
  let winner: Runner | null = null;
  let takeBack = (): void => undefined;

  function begin(start: Start): void {
    const runner: Runner = { held: [], stop: new AbortController(), ended: null, over: Promise.resolve() };
    runners.push(runner);
    const both = AbortSignal.any([signal, runner.stop.signal]);
    runner.over = start((piece) => hear(runner, piece), both).then((ended) => {
      runner.ended = ended;
      judge();
    });
  }

  function hear(runner: Runner, piece: Piece): void {
    if (winner === runner) return given.deliver(piece);
    if (winner !== null) return;
    runner.held.push(piece);
    const isRefusal = piece.event.type === 'text-delta' && piece.event.refusal === true;
    if (!isRefusal || isAlone(runner) || runner.held.length >= MOST_HELD) win(runner);
  }

  /** Nobody else has anything to say, or may still. */
  function isAlone(runner: Runner): boolean {
    return runners.every((other) => other === runner || other.ended?.end.kind === 'failed');
  }

  function win(runner: Runner): void {
    winner = runner;
    takeBack();
    for (const piece of runner.held.splice(0)) given.deliver(piece);
    for (const other of runners) if (other !== runner) other.stop.abort(new Stopped('lost'));
  }

  function judge(): void {
    if (winner !== null) return;
    // Whoever is over before a second one joined needs none.
    if (runners.length === 1) takeBack();
    const running = runners.filter(({ ended }) => ended === null);
    const [only] = running;
    if (only === undefined) {
      // A refusal says more than nothing at all.
      const finished = runners.filter(({ ended }) => ended?.end.kind === 'finished');
      const best = finished.find(({ held }) => held.length > 0) ?? finished[0];
      if (best !== undefined) win(best);
    } else if (only.held.length > 0 && isAlone(only)) win(only);
  }

  begin(given.first);
  const { second } = given;
  if (second !== null)
    takeBack = given.clock.after(second.afterMs, () => {
      const start = signal.aborted ? null : second.start();
      if (start !== null) begin(start);
    });
  // A second one can only join while the first runs.
  for (const runner of runners) await runner.over;
  takeBack();
  const ended = runners.flatMap((runner) => (runner.ended === null ? [] : [runner.ended]));
  // TypeScript takes it for null for ever: it is set in a function.
  return { winner: (winner as Runner | null)?.ended ?? null, ended };
}
