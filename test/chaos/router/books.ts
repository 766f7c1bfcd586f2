import type { AskRow, AttemptRow } from '../../../server/store/ledger.ts';
import type { Tally } from './tally.ts';

/** The router's own books, by question. */
export interface Booked {
  asks: AskRow[];
  attempts: AttemptRow[];
  /** Cost of the attempts whose usage was reported, and of those that were estimated. Nano-dollars. */
  reportedNanoUsd: number;
  estimatedNanoUsd: number;
}

/** The rows of each question; those of nobody's ask stand under -1. */
export function bookByQuestion(
  ledger: readonly { ask: AskRow; attempts: AttemptRow[] }[],
  nthOf: ReadonlyMap<string, number>,
): Map<number, Booked> {
  const books = new Map<number, Booked>();
  for (const { ask, attempts } of ledger) {
    const nth = nthOf.get(ask.request_id) ?? -1;
    const booked = books.get(nth) ?? { asks: [], attempts: [], reportedNanoUsd: 0, estimatedNanoUsd: 0 };
    books.set(nth, booked);
    booked.asks.push(ask);
    booked.attempts.push(...attempts);
    for (const { cost_nano_usd: cost, tokens_estimated: estimated } of attempts) {
      if (cost === null) throw new Error(`An attempt of question ${nth} has no cost.`);
      if (estimated) booked.estimatedNanoUsd += cost;
      else booked.reportedNanoUsd += cost;
    }
  }
  return books;
}

/** Where the two sides differ, one line for each question and side. */
export function compareBooks(books: ReadonlyMap<number, Booked>, tally: Tally, questions: number): string[] {
  const differences: string[] = [];
  for (let nth = 0; nth < questions; nth++) {
    const booked = books.get(nth);
    const counted = tally.of(nth);
    const told = [booked?.reportedNanoUsd ?? 0, counted.toldNanoUsd];
    const untold = [booked?.estimatedNanoUsd ?? 0, counted.untoldNanoUsd];
    const whole = [sum(booked), counted.toldNanoUsd + counted.untoldNanoUsd];
    // What came whole without its usage is counted by the router's own tokenizer, which no provider need agree with.
    if (booked?.attempts.some((row) => row.status === 'ok' && row.tokens_estimated) === true) {
      if (!isAlike(whole)) differences.push(`question ${nth}: counted ${whole.join(' ≠ ')}`);
      continue;
    }
    // Whether the usage was the last thing that got through is the provider's guess; what it comes to is not.
    if (whole[0] === whole[1]) continue;
    const rows = booked?.attempts.map((a) => `${a.provider} ${a.status} ${a.output_tokens} ${a.cost_nano_usd}`) ?? [];
    differences.push(`question ${nth}: told ${told.join(' ≠ ')}, untold ${untold.join(' ≠ ')} (${rows.join('; ')})`);
  }
  return differences;
}

/** Two counts of one text. */
function isAlike([one = 0, other = 0]: number[]): boolean {
  return Math.max(one, other) <= 5 * Math.min(one, other);
}

/** Questions in whose books nothing was counted by the router's own tokenizer. */
export function exactly(books: ReadonlyMap<number, Booked>, tally: Tally, questions: number): [bigint, bigint] {
  let asked = 0n;
  let billed = 0n;
  for (let nth = 0; nth < questions; nth++) {
    const booked = books.get(nth);
    if (booked?.attempts.some((row) => row.status === 'ok' && row.tokens_estimated) === true) continue;
    asked += (booked?.asks ?? []).reduce((total, ask) => total + BigInt(ask.cost_nano_usd ?? 0), 0n);
    billed += BigInt(tally.of(nth).toldNanoUsd + tally.of(nth).untoldNanoUsd);
  }
  return [asked, billed];
}

function sum(booked: Booked | undefined): number {
  return (booked?.reportedNanoUsd ?? 0) + (booked?.estimatedNanoUsd ?? 0);
}

/** Where an ask ran beside itself, or a call is not in the ledger; one line each. */
export function findDoubleRuns(books: ReadonlyMap<number, Booked>, tally: Tally, questions: number): string[] {
  const wrong: string[] = [];
  for (let nth = 0; nth < questions; nth++) {
    const { asks, attempts } = books.get(nth) ?? { asks: [], attempts: [] };
    for (const [id, runs] of Map.groupBy(asks, ({ request_id }) => request_id)) {
      const inOrder = runs.toSorted((a, b) => a.run - b.run);
      if (inOrder.some(({ run }, at) => run !== at + 1)) wrong.push(`question ${nth}: ${id} has runs out of order.`);
      // Only a run that failed or broke off frees its key.
      const early = inOrder.slice(0, -1).find(({ outcome }) => outcome !== 'failed' && outcome !== 'incomplete');
      if (early !== undefined) wrong.push(`question ${nth}: ${id} ran again after it was ${early.outcome}.`);
    }
    const { calls } = tally.of(nth);
    const perhapsNot = attempts.filter(({ status }) => status === 'unreachable' || status === 'cancelled').length;
    // A connection that is refused brings no call, and a call that is stopped at once may not arrive.
    if (calls > attempts.length || calls < attempts.length - perhapsNot)
      wrong.push(`question ${nth}: the providers got ${calls} calls, the ledger has ${attempts.length} attempts.`);
  }
  return wrong;
}
