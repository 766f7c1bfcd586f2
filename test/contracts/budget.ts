import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Budget, CappedScope, Reservation, ReserveResult } from '../../server/store/budget.ts';
import type { AskRow, AttemptRow, Ledger } from '../../server/store/ledger.ts';
import { askOf, attemptOf } from './ledger.ts';

const NOVEMBER = Date.UTC(2026, 10, 27);
const DECEMBER = Date.UTC(2026, 11, 1);
const DAY_MS = 86_400_000;

type Open = () => Promise<{ budget: Budget; ledger: Ledger; close: () => Promise<void> }>;

const tenantCap = (capNanoUsd: number): CappedScope => ({ kind: 'tenant', name: '', capNanoUsd });
const userCap = (name: string, capNanoUsd: number): CappedScope => ({ kind: 'user', name, capNanoUsd });

function reservationOf(askId: string, amountNanoUsd: number, changes: Partial<Reservation> = {}): Reservation {
  return {
    askId,
    run: 1,
    tenant: 'acme',
    scopes: [tenantCap(100)],
    amountNanoUsd,
    arrivedAtMs: NOVEMBER,
    nowMs: NOVEMBER,
    expiresAtMs: NOVEMBER + 60_000,
    ...changes,
  };
}

function rowsOf(id: string, costNanoUsd: number | null, changes: Partial<AskRow> = {}): [AskRow[], AttemptRow[]] {
  const ask = askOf(id, { cost_nano_usd: costNanoUsd, arrived_at_ms: NOVEMBER, latency_ms: 0, ...changes });
  return [[ask], [attemptOf(id, 1, { cost_nano_usd: costNanoUsd })]];
}

/** What every budget does, with the ledger of the same store; `open` gives empty ones. */
export function describeBudget(name: string, open: Open): void {
  describe(`the budget, ${name}`, () => {
    let close: () => Promise<void> = async () => {};
    const opened = async (): Promise<{ budget: Budget; ledger: Ledger }> => {
      const stores = await open();
      close = stores.close;
      return stores;
    };
    afterEach(() => close());

    const standing = async (budget: Budget, monthOfMs = NOVEMBER, nowMs = monthOfMs): Promise<string[]> =>
      (await budget.lines({ monthOfMs, tenant: null, nowMs, limit: 100 })).map(
        (line) => `${line.tenant} ${line.kind} ${line.name}: ${line.spentNanoUsd} + ${line.reservedNanoUsd}`,
      );
    const kinds = (results: ReserveResult[]): string[] => results.map(({ kind }) => kind);

    it('[B20] sets aside up to the cap and no further, and says how the scope stands', async () => {
      const { budget } = await opened();
      expect(await budget.reserve(reservationOf('a', 60))).toEqual({
        kind: 'reserved',
        standings: [{ spentNanoUsd: 0, reservedNanoUsd: 60 }],
      });
      expect(await budget.reserve(reservationOf('b', 41))).toEqual({
        kind: 'spent',
        scope: tenantCap(100),
        spentNanoUsd: 0,
        reservedNanoUsd: 60,
      });
      expect((await budget.reserve(reservationOf('b', 40))).kind).toBe('reserved');
    });

    it('[B20] sets aside in every scope or in none', async () => {
      const { budget } = await opened();
      const scopes = [tenantCap(100), userCap('ada', 10)];
      expect(await budget.reserve(reservationOf('a', 11, { scopes }))).toMatchObject({
        kind: 'spent',
        scope: userCap('ada', 10),
      });
      expect(await standing(budget)).toEqual([]);
      await budget.reserve(reservationOf('a', 10, { scopes }));
      expect(await standing(budget)).toEqual(['acme tenant : 0 + 10', 'acme user ada: 0 + 10']);
    });

    it('[B20] of many that come at once only so many are let in as fit', async () => {
      const { budget } = await opened();
      const asked = Array.from({ length: 50 }, (_, at) => budget.reserve(reservationOf(`a${at}`, 30)));
      expect(kinds(await Promise.all(asked)).filter((kind) => kind === 'reserved')).toHaveLength(3);
    });

    it('[B21] books the true cost and gives back what was set aside', async () => {
      const { budget, ledger } = await opened();
      const scopes = [tenantCap(100), userCap('ada', 100), { kind: 'key' as const, name: 'k1', capNanoUsd: 100 }];
      await budget.reserve(reservationOf('a', 80, { scopes }));
      await ledger.record(...rowsOf('a', 7));
      const lines = ['acme tenant : 7 + 0', 'acme user ada: 7 + 0', 'acme key k1: 7 + 0'];
      expect((await standing(budget)).sort()).toEqual([...lines].sort());
      await ledger.record(...rowsOf('a', 7));
      expect((await standing(budget)).sort()).toEqual([...lines].sort());
    });

    it('[B21] books what was spent without a cap, an attempt that ends late, and nothing for an unknown cost', async () => {
      const { budget, ledger } = await opened();
      const [asks, attempts] = rowsOf('a', 7);
      await ledger.record(asks, attempts);
      await ledger.record([], [attemptOf('a', 2, { cost_nano_usd: 5 })]);
      await ledger.record(...rowsOf('b', null, { user_id: 'bob' }));
      expect(await standing(budget)).toEqual(['acme tenant : 12 + 0', 'acme user ada: 12 + 0']);
    });

    it('[B21] counts attempts that came before their ask, once', async () => {
      const { budget, ledger } = await opened();
      const [asks, attempts] = rowsOf('a', 7);
      await ledger.record([], attempts);
      expect(await standing(budget)).toEqual([]);
      await ledger.record(asks, [attemptOf('a', 2, { cost_nano_usd: 5 })]);
      expect(await standing(budget)).toEqual(['acme tenant : 12 + 0', 'acme user ada: 12 + 0']);
    });

    it('[B22] what was set aside and forgotten is free after its time; the same run has one reservation', async () => {
      const { budget } = await opened();
      await budget.reserve(reservationOf('a', 100));
      await budget.reserve(reservationOf('a', 90));
      expect(await standing(budget)).toEqual(['acme tenant : 0 + 90']);
      const later = { nowMs: NOVEMBER + 59_999 };
      expect((await budget.reserve(reservationOf('b', 50, later))).kind).toBe('spent');
      expect(
        (await budget.reserve(reservationOf('b', 50, { nowMs: NOVEMBER + 60_000, expiresAtMs: NOVEMBER + DAY_MS })))
          .kind,
      ).toBe('reserved');
      expect(await standing(budget, NOVEMBER, NOVEMBER + 60_000)).toEqual(['acme tenant : 0 + 50']);
    });

    it('[B23] a new month begins at midnight of UTC, and an ask belongs to the month in which it came', async () => {
      const { budget, ledger } = await opened();
      const last = { arrivedAtMs: DECEMBER - 1 };
      await budget.reserve(reservationOf('a', 100, last));
      expect((await budget.reserve(reservationOf('b', 1, last))).kind).toBe('spent');
      expect((await budget.reserve(reservationOf('c', 100, { arrivedAtMs: DECEMBER }))).kind).toBe('reserved');
      await ledger.record(...rowsOf('a', 30, { arrived_at_ms: DECEMBER - 1, latency_ms: 5_000 }));
      expect(await standing(budget, DECEMBER - 1, NOVEMBER)).toEqual(['acme tenant : 30 + 0', 'acme user ada: 30 + 0']);
      expect(await standing(budget, DECEMBER, NOVEMBER)).toEqual(['acme tenant : 0 + 100']);
    });

    it('[B24] gives back all at the start, and one whose ask called nobody', async () => {
      const { budget, ledger } = await opened();
      await ledger.record(...rowsOf('z', 4));
      await budget.reserve(reservationOf('a', 10));
      await budget.reserve(reservationOf('b', 10));
      await budget.release({ askId: 'a', run: 1 });
      await budget.release({ askId: 'unknown', run: 1 });
      expect(await standing(budget)).toEqual(['acme tenant : 4 + 10', 'acme user ada: 4 + 0']);
      await budget.recover();
      expect(await standing(budget)).toEqual(['acme tenant : 4 + 0', 'acme user ada: 4 + 0']);
    });

    it('[B25] keeps when 60, 85 and 95 percent of a cap were spent, once each', async () => {
      const { budget, ledger } = await opened();
      const scopes = [tenantCap(100), userCap('ada', 1_000)];
      const spend = async (id: string, cost: number, atMs: number): Promise<void> => {
        await budget.reserve(reservationOf(id, 1, { scopes }));
        await ledger.record(...rowsOf(id, cost, { latency_ms: atMs - NOVEMBER }));
      };
      const steps = async (): Promise<unknown> =>
        (await budget.lines({ monthOfMs: NOVEMBER, tenant: 'acme', nowMs: NOVEMBER, limit: 1 }))[0]?.steps;
      await spend('a', 59, NOVEMBER + 1);
      expect(await steps()).toEqual([]);
      await spend('b', 1, NOVEMBER + 2);
      await spend('c', 1, NOVEMBER + 3);
      expect(await steps()).toEqual([{ percent: 60, atMs: NOVEMBER + 2 }]);
      await spend('d', 36, NOVEMBER + 4);
      expect(await steps()).toEqual(
        [60, 85, 95].map((percent) => ({ percent, atMs: NOVEMBER + (percent === 60 ? 2 : 4) })),
      );
      const [, user] = await budget.lines({ monthOfMs: NOVEMBER, tenant: 'acme', nowMs: NOVEMBER, limit: 9 });
      expect(user?.steps).toEqual([]);
    });

    it('[B25] finds a step that was passed before there was a cap', async () => {
      const { budget, ledger } = await opened();
      await ledger.record(...rowsOf('a', 90));
      await budget.reserve(reservationOf('b', 1, { nowMs: NOVEMBER + 5 }));
      const [line] = await budget.lines({ monthOfMs: NOVEMBER, tenant: null, nowMs: NOVEMBER, limit: 1 });
      expect(line?.steps).toEqual([60, 85].map((percent) => ({ percent, atMs: NOVEMBER + 5 })));
    });

    it('[B26] forgets a month after thirteen', async () => {
      const { budget, ledger } = await opened();
      await ledger.record(...rowsOf('a', 7, { arrived_at_ms: Date.UTC(2025, 10, 1) }));
      await ledger.record(...rowsOf('b', 7, { arrived_at_ms: Date.UTC(2025, 9, 31) }));
      await budget.prune(NOVEMBER);
      expect(await standing(budget, Date.UTC(2025, 10, 1))).toHaveLength(2);
      expect(await standing(budget, Date.UTC(2025, 9, 1))).toEqual([]);
    });

    it('[B20] whatever the interleaving, nothing is spent and set aside past a cap, and in the end the ledger’s sum is spent and nothing set aside', async () => {
      const step = fc.record({
        does: fc.constantFrom('reserve', 'reserve', 'record', 'release', 'wait'),
        ask: fc.nat({ max: 11 }),
        amount: fc.integer({ min: 1, max: 60 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        user: fc.constantFrom('ada', 'bob'),
        together: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const { budget, ledger, close: end } = await open();
          const held = new Map<string, { amount: number; user: string }>();
          const over = new Set<string>();
          const caps = { tenant: 150, user: 90 };
          let nowMs = NOVEMBER;
          let spent = 0;
          const check = async (): Promise<void> => {
            for (const line of await budget.lines({ monthOfMs: NOVEMBER, tenant: null, nowMs, limit: 100 }))
              expect(line.spentNanoUsd + line.reservedNanoUsd).toBeLessThanOrEqual(
                line.kind === 'tenant' ? caps.tenant : caps.user,
              );
          };
          const doing: Promise<unknown>[] = [];
          for (const { does, ask, amount, share, user, together } of steps) {
            const id = `ask-${ask}`;
            const mine = held.get(id);
            if (does === 'wait') {
              // Only what nobody works on expires: the router's time for it is longer than any ask.
              if (held.size === 0) nowMs += 60_000;
            } else if (does === 'reserve' && mine === undefined && !over.has(id)) {
              const scopes = [tenantCap(caps.tenant), userCap(user, caps.user)];
              const reserving = budget.reserve(
                reservationOf(id, amount, { scopes, nowMs, expiresAtMs: nowMs + 60_000 }),
              );
              // Asks that come together are not waited for one by one; what is known of them is known at the next step.
              held.set(id, { amount, user });
              const known = reserving.then(({ kind }) => void (kind === 'spent' && held.delete(id)));
              if (together) doing.push(known);
              else await known;
            } else if (mine !== undefined && (does === 'record' || does === 'release')) {
              await Promise.all(doing.splice(0));
              if (!held.delete(id)) continue;
              const cost = Math.floor(mine.amount * share);
              over.add(id);
              if (does === 'record') {
                spent += cost;
                doing.push(ledger.record(...rowsOf(id, cost, { user_id: mine.user })));
              } else doing.push(budget.release({ askId: id, run: 1 }));
            }
            await check();
          }
          await Promise.all(doing);
          await check();
          for (const [id, { user }] of held) await ledger.record(...rowsOf(id, 0, { user_id: user }));
          const lines = await budget.lines({ monthOfMs: NOVEMBER, tenant: null, nowMs, limit: 100 });
          expect(lines.filter(({ reservedNanoUsd }) => reservedNanoUsd !== 0)).toEqual([]);
          const total = (kind: string): number =>
            lines.filter((line) => line.kind === kind).reduce((sum, line) => sum + line.spentNanoUsd, 0);
          const { router } = await ledger.figures({ tenant: null, fromMs: 0, toMs: DECEMBER });
          expect([total('tenant'), total('user'), router.costNanoUsd]).toEqual([spent, spent, spent]);
          await end();
        }),
        { numRuns: 60 },
      );
    });
  });
}
