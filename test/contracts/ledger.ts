import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskEnded } from '#shared/telemetry.ts';
import type { AskRow, AttemptRow, DeviceBatch, Figures, Ledger } from '../../server/store/ledger.ts';

const always = { tenant: null, fromMs: 0, toMs: 1e12 };

/** The row of an answered ask. */
export function askOf(id: string, changes: Partial<AskRow> = {}): AskRow {
  return {
    request_id: id,
    run: 1,
    tenant_id: 'acme',
    user_id: 'ada',
    feature: 'default',
    provider: 'openai',
    model: 'gpt',
    region: null,
    input_tokens: 10,
    output_tokens: 20,
    tokens_estimated: false,
    latency_ms: 900.5,
    ttft_ms: 100.25,
    retries: 0,
    failover_hops: 0,
    cost_nano_usd: 5,
    cache_savings_nano_usd: 0,
    cache_hit: false,
    cache_ttl_s: 3600,
    delivery: 'provider',
    synthetic: false,
    drill_id: null,
    degraded: '',
    outcome: 'answered',
    problem: null,
    arrived_at_ms: 1_000,
    ...changes,
  };
}

/** The row of one of its attempts. */
export function attemptOf(id: string, attempt: number, changes: Partial<AttemptRow> = {}): AttemptRow {
  return {
    request_id: id,
    run: 1,
    attempt,
    provider: 'openai',
    model: 'gpt',
    started_at_ms: 1_000,
    headers_ms: 50,
    ttft_ms: 90.5,
    total_ms: 800,
    status: 'ok',
    http_status: 200,
    skipped_chunks: 0,
    role: 'first',
    input_tokens: 10,
    output_tokens: 20,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    cache_write_hour_tokens: 0,
    reasoning_tokens: 0,
    tokens_estimated: true,
    cost_nano_usd: 5,
    ...changes,
  };
}

function eventOf(id: string, changes: Partial<AskEnded> = {}): AskEnded {
  return {
    event_id: id,
    ask_id: id,
    kind: 'ask-ended',
    feature: 'default',
    outcome: 'answered',
    source: 'provider',
    network: 'ok',
    asked_at_ms: 1_000,
    first_token_ms: 100,
    total_ms: 900,
    waited_ms: 0,
    tries: 1,
    resumes: 0,
    saved_age_ms: null,
    simulated: false,
    ...changes,
  };
}

function batchOf(events: AskEnded[], changes: Partial<DeviceBatch> = {}): DeviceBatch {
  return {
    tenant: 'acme',
    user: 'ada',
    batchId: 'b-1',
    dropped: 0,
    skewMs: 0,
    receivedAtMs: 5_000,
    events,
    ...changes,
  };
}

const nothing: Figures = {
  router: {
    answered: 0,
    failed: 0,
    refused: 0,
    cancelled: 0,
    fromMemory: 0,
    firstTokenP95Ms: null,
    firstTokenCount: 0,
    costNanoUsd: 0,
    costP95NanoUsd: null,
    costKnown: 0,
    costUnknown: 0,
    cacheSavingsNanoUsd: 0,
    firstAtMs: null,
  },
  device: {
    answered: 0,
    failed: 0,
    saved: 0,
    waited: 0,
    firstTokenP95Ms: null,
    firstTokenCount: 0,
    dropped: 0,
    simulated: 0,
  },
};

/** Nearest rank, written another way than the implementations. */
function p95(values: number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.find((_, at) => (at + 1) / sorted.length >= 0.95) ?? null;
}

/** What every ledger does; `open` gives an empty one. */
export function describeLedger(
  name: string,
  open: () => Promise<{ ledger: Ledger; close: () => Promise<void> }>,
): void {
  describe(`the ledger, ${name}`, () => {
    let ledger: Ledger;
    let close: () => Promise<void>;

    beforeEach(async () => {
      ({ ledger, close } = await open());
    });
    afterEach(() => close());

    it('has figures when it is empty', async () => {
      expect(await ledger.figures(always)).toEqual(nothing);
      expect(await ledger.recent({ tenant: null, limit: 10 })).toEqual([]);
      await ledger.record([], []);
    });

    it('[L1] keeps a row once, and gives it back as it was, newest first', async () => {
      const first = {
        ask: askOf('a', { problem: 'timeout', drill_id: 'd' }),
        attempts: [attemptOf('a', 1, { cost_nano_usd: 2 }), attemptOf('a', 2, { cost_nano_usd: 3 })],
      };
      const second = {
        ask: askOf('b', { run: 2, arrived_at_ms: 2_000, cache_hit: true, tokens_estimated: true }),
        attempts: [],
      };
      await ledger.record([first.ask, second.ask], first.attempts);
      await ledger.record(
        [{ ...first.ask, outcome: 'failed' }],
        [attemptOf('a', 1, { status: 'other', cost_nano_usd: 99 })],
      );
      expect(await ledger.recent({ tenant: null, limit: 10 })).toEqual([second, first]);
      expect(await ledger.recent({ tenant: null, limit: 1 })).toEqual([second]);
    });

    it('[L1] counts each run of an id', async () => {
      await ledger.record([askOf('a', { outcome: 'failed' }), askOf('a', { run: 2 })], []);
      expect((await ledger.figures(always)).router).toMatchObject({ answered: 1, failed: 1 });
    });

    it('[L2] makes the cost of an ask the sum of its attempts, whichever come first', async () => {
      const costs = async () => (await ledger.recent({ tenant: null, limit: 10 })).map(({ ask }) => ask.cost_nano_usd);
      await ledger.record([askOf('a', { cost_nano_usd: 1 })], [attemptOf('a', 1, { cost_nano_usd: 10 })]);
      expect(await costs()).toEqual([10]);
      await ledger.record([], [attemptOf('a', 2, { cost_nano_usd: 5 })]);
      expect(await costs()).toEqual([15]);
      await ledger.record([], [attemptOf('a', 3, { cost_nano_usd: null })]);
      expect(await costs()).toEqual([null]);
    });

    it('[L2] leaves the cost of an ask without attempts as it was given', async () => {
      await ledger.record([askOf('a', { cost_nano_usd: 0 }), askOf('b', { cost_nano_usd: null })], []);
      expect((await ledger.figures(always)).router).toMatchObject({ costKnown: 1, costUnknown: 1, costNanoUsd: 0 });
    });

    it('[L3] counts neither synthetic asks nor replays, and tells outcomes apart', async () => {
      await ledger.record(
        [
          askOf('a'),
          askOf('b', { delivery: 'joined' }),
          askOf('c', { delivery: 'router-cache' }),
          askOf('d', { delivery: 'replay' }),
          askOf('e', { synthetic: true }),
          askOf('f', { outcome: 'failed' }),
          askOf('g', { outcome: 'incomplete' }),
          askOf('h', { outcome: 'refused' }),
          askOf('i', { outcome: 'cancelled' }),
        ],
        [],
      );
      const { router } = await ledger.figures(always);
      expect(router).toMatchObject({
        answered: 3,
        failed: 2,
        refused: 1,
        cancelled: 1,
        fromMemory: 1,
        firstTokenCount: 7,
        costKnown: 7,
      });
    });

    it('[L12] takes what was for nothing out of average and p95 of the cost, and what was paid in vain into them', async () => {
      await ledger.record(
        [
          askOf('a', { cost_nano_usd: 40 }),
          askOf('b', { cost_nano_usd: 0, delivery: 'router-cache' }),
          askOf('c', { cost_nano_usd: 0, outcome: 'refused' }),
          askOf('d', { cost_nano_usd: 0, outcome: 'failed' }),
          askOf('e', { cost_nano_usd: 0, outcome: 'cancelled' }),
          askOf('f', { cost_nano_usd: 20, outcome: 'incomplete' }),
          askOf('g', { cost_nano_usd: null, outcome: 'cancelled' }),
        ],
        [],
      );
      const { router } = await ledger.figures(always);
      expect(router).toMatchObject({ costKnown: 3, costUnknown: 1, costNanoUsd: 60, costP95NanoUsd: 40 });
    });

    it('[L3] counts from the start of the window and up to its end', async () => {
      await ledger.record(
        [99, 100, 199, 200].map((at) => askOf(`a${at}`, { arrived_at_ms: at })),
        [],
      );
      const { router } = await ledger.figures({ tenant: null, fromMs: 100, toMs: 200 });
      expect(router).toMatchObject({ answered: 2, firstAtMs: 100 });
    });

    it('[L4] gives the nearest-rank percentile of first tokens and of costs', async () => {
      const sizes = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 });
      let window = 0;
      await fc.assert(
        fc.asyncProperty(sizes, async (values) => {
          const at = ++window * 10;
          await ledger.record(
            values.map((value, n) =>
              askOf(`${at}-${n}`, { arrived_at_ms: at, ttft_ms: value, cost_nano_usd: value * 2 }),
            ),
            [],
          );
          await ledger.record([askOf(`${at}-none`, { arrived_at_ms: at, ttft_ms: null, cost_nano_usd: null })], []);
          const { router } = await ledger.figures({ tenant: null, fromMs: at, toMs: at + 1 });
          expect(router.firstTokenP95Ms).toBe(p95(values));
          expect(router.costP95NanoUsd).toBe(p95(values.map((value) => value * 2)));
          expect(router.costNanoUsd).toBe(values.reduce((sum, value) => sum + value * 2, 0));
        }),
        { numRuns: 40 },
      );
    });

    it('[L5] counts a device event once, whichever batch brings it', async () => {
      const events = [eventOf('e-1'), eventOf('e-2')];
      expect(await ledger.recordDevice(batchOf(events))).toEqual({ accepted: 2, repeated: 0 });
      expect(await ledger.recordDevice(batchOf([...events, eventOf('e-3')], { batchId: 'b-2' }))).toEqual({
        accepted: 1,
        repeated: 2,
      });
      expect(await ledger.recordDevice(batchOf(events, { user: 'bob' }))).toEqual({ accepted: 2, repeated: 0 });
      expect((await ledger.figures(always)).device.answered).toBe(5);
    });

    it('[L5] keeps simulated events and counts them apart', async () => {
      await ledger.recordDevice(
        batchOf([eventOf('e-1', { simulated: true, outcome: 'failed', first_token_ms: 1e6 }), eventOf('e-2')]),
      );
      expect((await ledger.figures(always)).device).toMatchObject({
        answered: 1,
        failed: 0,
        simulated: 1,
        firstTokenP95Ms: 100,
      });
    });

    it('[L5] tells what devices felt', async () => {
      await ledger.recordDevice(
        batchOf([
          eventOf('1'),
          eventOf('2', { source: 'saved', first_token_ms: 8.5 }),
          eventOf('3', { waited_ms: 60_000, first_token_ms: 60_100 }),
          eventOf('4', { outcome: 'failed', first_token_ms: null }),
          eventOf('5', { outcome: 'partial' }),
          eventOf('6', { outcome: 'expired', first_token_ms: null }),
          eventOf('7', { outcome: 'refused', first_token_ms: null }),
          eventOf('8', { outcome: 'stopped', first_token_ms: null }),
        ]),
      );
      expect((await ledger.figures(always)).device).toEqual({
        answered: 3,
        failed: 3,
        saved: 1,
        waited: 1,
        firstTokenP95Ms: 60_100,
        firstTokenCount: 4,
        dropped: 0,
        simulated: 0,
      });
    });

    it('[L6] removes rows that are past their retention, attempts with their ask', async () => {
      await ledger.record(
        [askOf('old', { arrived_at_ms: 99 }), askOf('young', { arrived_at_ms: 100 })],
        [
          attemptOf('old', 1, { started_at_ms: 200 }),
          attemptOf('young', 1, { started_at_ms: 149 }),
          attemptOf('young', 2, { started_at_ms: 150 }),
        ],
      );
      await ledger.recordDevice(
        batchOf([eventOf('old', { asked_at_ms: 99 }), eventOf('young', { asked_at_ms: 100 })], {
          dropped: 4,
          receivedAtMs: 99.4,
        }),
      );
      await ledger.prune({ asksBeforeMs: 100, attemptsBeforeMs: 150 });
      const left = await ledger.recent({ tenant: null, limit: 10 });
      expect(left.map(({ ask, attempts }) => [ask.request_id, ask.cost_nano_usd, attempts.length])).toEqual([
        ['young', 10, 1],
      ]);
      await ledger.record([askOf('old', { arrived_at_ms: 300 })], []);
      expect((await ledger.recent({ tenant: null, limit: 1 }))[0]?.attempts).toEqual([]);
      expect((await ledger.figures(always)).device).toMatchObject({ answered: 0, dropped: 0 });
    });

    it('[L6] removes more rows than fit into one step', async () => {
      await ledger.record(
        Array.from({ length: 2_500 }, (_, at) => askOf(`a${at}`)),
        [],
      );
      await ledger.prune({ asksBeforeMs: 2_000, attemptsBeforeMs: 2_000 });
      expect(await ledger.figures(always)).toEqual(nothing);
    });

    it('[L7] answers a tenant from its own rows only', async () => {
      await ledger.record([askOf('a'), askOf('b', { tenant_id: 'other', cost_nano_usd: 7 })], []);
      await ledger.recordDevice(batchOf([eventOf('e-1')], { dropped: 1 }));
      await ledger.recordDevice(batchOf([eventOf('e-2'), eventOf('e-3')], { tenant: 'other', dropped: 2 }));
      const other = await ledger.figures({ ...always, tenant: 'other' });
      expect(other.router).toMatchObject({ answered: 1, costNanoUsd: 7, costP95NanoUsd: 7 });
      expect(other.device).toMatchObject({ answered: 2, dropped: 2 });
      expect((await ledger.recent({ tenant: 'other', limit: 10 })).map(({ ask }) => ask.request_id)).toEqual(['b']);
      expect((await ledger.figures({ ...always, tenant: '' })).router.answered).toBe(0);
    });

    it('[L8] corrects the time of a device, and never past the receipt', async () => {
      await ledger.recordDevice(
        batchOf([eventOf('e-1', { asked_at_ms: 10_000 })], { skewMs: 9_000, receivedAtMs: 1_500 }),
      );
      await ledger.recordDevice(
        batchOf([eventOf('e-2', { asked_at_ms: 9e9 })], { batchId: 'b-2', receivedAtMs: 2_500 }),
      );
      const answered = async (fromMs: number) =>
        (await ledger.figures({ tenant: null, fromMs, toMs: fromMs + 1 })).device.answered;
      expect([await answered(1_000), await answered(2_500)]).toEqual([1, 1]);
    });

    it('[L9] adds the dropped events of a batch once', async () => {
      await ledger.recordDevice(batchOf([], { dropped: 3 }));
      await ledger.recordDevice(batchOf([], { dropped: 3 }));
      await ledger.recordDevice(batchOf([], { dropped: 4, batchId: 'b-2' }));
      expect((await ledger.figures(always)).device.dropped).toBe(7);
    });

    it('[L11] puts one pseudonym in place of a person, another each time, and leaves every sum as it was', async () => {
      const others = { tenant_id: 'other', user_id: 'ada' };
      await ledger.record([askOf('1'), askOf('2'), askOf('3', { user_id: 'bob' }), askOf('4', others)], []);
      await ledger.recordDevice(batchOf([eventOf('e-1')], { dropped: 2 }));
      const namesOf = async (): Promise<string[]> =>
        (await ledger.recent({ tenant: null, limit: 10 })).map(({ ask }) => ask.user_id).reverse();
      const before = await ledger.figures(always);
      const ada = { tenant: 'acme', user: 'ada' };
      expect(await ledger.forget({ ...ada, salt: 'one' })).toBe(3);
      expect(await ledger.forget({ ...ada, salt: 'two' })).toBe(0);
      const [name = '', ...names] = await namesOf();
      expect(names).toEqual([name, 'bob', 'ada']);
      expect(name).toMatch(/^~[0-9a-f]{16}$/);
      expect(await ledger.figures(always)).toEqual(before);
      await ledger.record([askOf('5')], []);
      expect(await ledger.forget({ ...ada, salt: 'two' })).toBe(1);
      expect((await namesOf())[4]).not.toBe(name);
      expect(await ledger.forget({ tenant: 'acme', user: null, salt: 'three' })).toBe(1);
      expect((await namesOf()).filter((one) => !one.startsWith('~'))).toEqual(['ada']);
      // An event that comes again after that is another person's.
      expect(await ledger.recordDevice(batchOf([eventOf('e-1')]))).toEqual({ accepted: 1, repeated: 0 });
    });

    it('[L10] adds money exactly or not at all', async () => {
      const huge = Number.MAX_SAFE_INTEGER - 1;
      await ledger.record([askOf('a', { cost_nano_usd: huge }), askOf('b', { cost_nano_usd: 1 })], []);
      expect((await ledger.figures(always)).router.costNanoUsd).toBe(Number.MAX_SAFE_INTEGER);
      await ledger.record([askOf('c', { cost_nano_usd: 1 })], []);
      await expect(ledger.figures(always)).rejects.toThrow('add up to 9007199254740992 nano-dollars');
      await expect(ledger.record([askOf('d', { cost_nano_usd: 0.5 })], [])).rejects.toMatchObject({ code: 'broken' });
    });
  });
}
