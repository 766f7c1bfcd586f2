import { beforeAll, describe, expect, it } from 'vitest';
import { bookByQuestion, compareBooks, exactly, findDoubleRuns, type Booked } from './router/books.ts';
import { STORM } from './router/replies.ts';
import { runStorm, type Aftermath } from './router/storm.ts';
import type { Health } from './router/world.ts';

/** Another storm: `LAYOVER_SEED=7 LAYOVER_ASKS=20000 npx vitest run -c test/vitest.config.ts test/chaos/router`. */
const SEED = Number(process.env['LAYOVER_SEED'] ?? 20_261_127);
const ASKS = Number(process.env['LAYOVER_ASKS'] ?? 2_000);

/** Where nothing cools, every ask meets the bad side; where it does, few: that is what cooling is for. */
const STORMS: { health: Health; asks: number; faults: number }[] = [
  { health: 'never cools', asks: ASKS, faults: ASKS / 10 },
  { health: 'cools', asks: Math.ceil(ASKS / 4), faults: 5 },
];

describe.each(STORMS)(
  `a storm of $asks asks in which a deployment $health (LAYOVER_SEED=${SEED})`,
  ({ health, asks, faults }) => {
    let storm: Aftermath;
    let books: Map<number, Booked>;

    beforeAll(async () => {
      storm = await runStorm(SEED, asks, health);
      books = bookByQuestion(storm.ledger, storm.nthOf);
      if (process.env['LAYOVER_STORM'] !== 'told') return;
      const { clients, brokeOff, billedNanoUsd, heapBytes, faults, said } = storm;
      console.log({
        clients,
        brokeOff,
        billedNanoUsd,
        heapBytes,
        faults,
        rows: storm.ledger.length,
        said: said.slice(-5),
      });
    }, 600_000);

    it('[CH1] was one: faults of every kind came up, and clients of every kind', () => {
      const played = STORM.filter(({ name }) => (storm.faults[name] ?? 0) > 0).length;
      const failed = storm.ledger.flatMap(({ attempts }) => attempts.filter(({ status }) => status !== 'ok'));
      expect(failed.length).toBeGreaterThan(faults);
      if (asks < 1_000) return;
      expect(Object.keys(storm.clients)).toHaveLength(9);
      if (health === 'never cools') expect(played / STORM.length).toBeGreaterThan(Math.min(0.9, asks / 2_500));
    });

    it('[CH1] every ask that was accepted gets the whole right answer', () => {
      expect(storm.failures).toEqual([]);
    });

    it('[CH1] prose breaks off in the open only where it cannot be joined', () => {
      const rowsOf = (nth: number): string =>
        `${nth}: ${books
          .get(nth)
          ?.attempts.map((row) => `${row.provider} ${row.role} ${row.status}`)
          .join(', ')}`;
      const open = storm.brokeOff.prose.map(rowsOf);
      expect(open.filter((rows) => !/misfit/.test(rows))).toEqual([]);
      // Both are rare: most that broke off was gone on with, and nobody noticed.
      const goneOnWith = storm.ledger.filter(({ attempts }) => attempts.some(({ role }) => role === 'continuation'));
      if (health === 'never cools') expect(goneOnWith.length).toBeGreaterThan(open.length);
    });

    it('[CH2] no ask runs twice while it lives, and every call of a provider is booked', () => {
      expect(findDoubleRuns(books, storm.tally, asks)).toEqual([]);
    });

    it('[CH3] the ledger’s sum is what the providers counted, to the nano-dollar', () => {
      expect(compareBooks(books, storm.tally, asks)).toEqual([]);
      const [asked, billed] = exactly(books, storm.tally, asks);
      expect(asked).toBe(billed);
      // It is nearly all there was.
      const whole = storm.billedNanoUsd.north + storm.billedNanoUsd.south;
      expect(billed).toBeGreaterThan((whole * 7n) / 10n);
    });

    it('[CH4] memory is flat from the middle to the end', () => {
      const { middle, end } = storm.heapBytes;
      expect(middle).toBeGreaterThan(0);
      expect(end).toBeLessThan(middle * 1.08);
    });
  },
);
