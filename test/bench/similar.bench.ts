import { stdout } from 'node:process';
import { systemClock, type Clock } from '#shared/clock.ts';
import { nearness, tellApart } from '../../src/similar/guard.ts';
import { readMeaning } from '../../src/similar/meaning.ts';
import { createQuestionIndex, type Answered, type QuestionIndex } from '../../src/similar/question-index.ts';
import { readPairs } from '../page/similar-pairs.ts';

/**
 * Search for similar questions among 2,000, beside the plain way: to read and judge every one of them.
 * Run it with `node test/bench/similar.bench.ts`. It fails when the 95th percentile of a search is above 5 ms, or a slice of filling above 50 ms.
 */
const QUESTIONS = 2_000;
const MOST_SEARCH_MS = 5;
const MOST_SLICE_MS = 50;
const ROUNDS = 7;
/** A plain scan is so slow that fewer questions do. */
const SCANNED = 20;

const PLACES = ['Porto', 'Lisbon', 'Madrid', 'Seville', 'Rome', 'Milan', 'Vienna', 'Graz', 'Paris', 'Lyon'];
const THINGS = ['tram', 'ferry', 'museum', 'hotel', 'invoice', 'market', 'beach', 'castle', 'airport', 'bakery'];

/** The corpus first, then its questions about other places and things, until there are enough. */
function questions(): Answered[] {
  const words = [...readPairs('tuned'), ...readPairs('held-out')].map(({ saved }) => saved);
  return Array.from({ length: QUESTIONS }, (_, at) => {
    const base = words[at % words.length] ?? '';
    const round = Math.floor(at / words.length);
    const text = round === 0 ? base : `${base} In ${PLACES[at % 10]}, near the ${THINGS[(at + round) % 10]}`;
    return { key: `k${at}`, feature: 'default', question: text };
  });
}

function percentile(all: readonly number[], part: number): number {
  return [...all].sort((a, b) => a - b)[Math.max(0, Math.ceil(all.length * part) - 1)] ?? 0;
}

function timed(run: () => unknown): number {
  const startedMs = performance.now();
  run();
  return performance.now() - startedMs;
}

interface Filling {
  totalMs: number;
  slices: number;
  longestMs: number;
}

/** Fills an index as the page does, and watches how long each slice holds the thread. */
async function fill(saved: readonly Answered[]): Promise<{ index: QuestionIndex; filling: Filling }> {
  const startedMs = performance.now();
  let sliceStartedMs = startedMs;
  const slicesMs: number[] = [];
  const clock: Clock = {
    ...systemClock,
    after(delayMs, run) {
      slicesMs.push(performance.now() - sliceStartedMs);
      return systemClock.after(delayMs, () => {
        sliceStartedMs = performance.now();
        run();
      });
    },
  };
  const index = createQuestionIndex(clock);
  await index.hold(saved, new AbortController().signal);
  slicesMs.push(performance.now() - sliceStartedMs);
  const totalMs = performance.now() - startedMs;
  return { index, filling: { totalMs, slices: slicesMs.length, longestMs: Math.max(...slicesMs) } };
}

const saved = questions();
const fillings: Filling[] = [];
for (let round = 0; round < ROUNDS; round++) fillings.push((await fill(saved)).filling);
const { index } = await fill(saved);

const asked = [...readPairs('tuned'), ...readPairs('held-out')].map((pair) => pair.asked);
function scan(question: string): void {
  const meaning = readMeaning(question);
  saved
    .map((one) => readMeaning(one.question))
    .filter((one) => tellApart(meaning, one) === null)
    .sort((one, other) => nearness(meaning, other) - nearness(meaning, one));
}

/** Each question's own median over the rounds: what else the machine does in one of them does not count. */
function medians(all: readonly string[], run: (question: string) => void): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => all.map((question) => timed(() => run(question))));
  return all.map((_, at) =>
    percentile(
      rounds.map((round) => round[at] ?? 0),
      0.5,
    ),
  );
}

const searchesMs = medians(asked, (question) => index.alike(question, 'default'));
const scansMs = medians(asked.slice(0, SCANNED), scan);
const search = percentile(searchesMs, 0.95);
const longest = fillings.map(({ longestMs }) => longestMs);
const slice = percentile(longest, 0.5);
const line = (name: string, all: readonly number[]): string =>
  `${name}: p50 ${percentile(all, 0.5).toFixed(2)} ms, p95 ${percentile(all, 0.95).toFixed(2)} ms, ${all.length} questions, medians of ${ROUNDS} rounds\n`;
const totals = fillings.map(({ totalMs }) => totalMs);
stdout.write(
  `filling with ${QUESTIONS}: ${percentile(totals, 0.5).toFixed(0)} ms in ${fillings[0]?.slices ?? 0} slices, `,
);
stdout.write(
  `the longest ${slice.toFixed(1)} ms (${Math.min(...longest).toFixed(1)}–${Math.max(...longest).toFixed(1)})\n`,
);
stdout.write(line('search', searchesMs));
stdout.write(line('plain scan', scansMs));
stdout.write(`plain scan : search = ${(percentile(scansMs, 0.5) / percentile(searchesMs, 0.5)).toFixed(1)} at p50\n`);
if (search > MOST_SEARCH_MS)
  throw new Error(`A search takes ${search.toFixed(2)} ms at p95, more than ${MOST_SEARCH_MS} ms.`);
if (slice > MOST_SLICE_MS) throw new Error(`A slice takes ${slice.toFixed(1)} ms, more than ${MOST_SLICE_MS} ms.`);
