import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mintAskId } from '#shared/ask-id.ts';
import { Problem } from '#shared/problem.ts';
import { boundTokens } from '../../../server/pricing/token-bound.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, cut, finish, hold, open, refuse, say, type Step } from '../../fakes/provider/script.ts';
import { seededRandom } from '../../fakes/random.ts';
import { codeOf, openRig, readAll, SOMEONE, type Rig } from './rig.ts';

const KEY = mintAskId(fakeClock(), seededRandom(99));
const DAY_MS = 86_400_000;

const capped = (monthlyCostNanoUsd: number) => ({ tenants: { acme: { monthlyCostNanoUsd } } });

/** `tenant 20+0, user ada 20+0`, of this month. */
async function standing(rig: Rig): Promise<string> {
  const nowMs = rig.clock.now();
  const lines = await rig.stores.budget.lines({ monthOfMs: nowMs, tenant: 'acme', nowMs, limit: 100 });
  return lines
    .map((line) => `${line.kind} ${line.name} ${line.spentNanoUsd}+${line.reservedNanoUsd}`.replace('  ', ' '))
    .join(', ');
}

/** An answer that the provider says took these tokens. */
const told = (input: number, output: number): Step[] => [
  say('Yes.'),
  finish({ usage: { prompt_tokens: input, completion_tokens: output } }),
];

describe('a tenant with a budget', () => {
  it('[B27] is refused when what is left does not cover the ask: 402, not to be sent again, and nobody is called', async () => {
    const rig = await openRig(capped(1_000));
    const refused = await rig
      .ask({ prompt: 'Hi' })
      .then((handle) => handle.opening(new AbortController().signal))
      .catch((problem: unknown) => problem);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({
      code: 'budget_spent',
      status: 402,
      canRetry: false,
      message: 'What is left of this month’s budget does not cover this ask. A new month begins on 2026-02-01 (UTC).',
    });
    expect(rig.first.calls).toHaveLength(0);
    const [row] = await rig.rows();
    expect(row?.ask).toMatchObject({ outcome: 'refused', problem: 'budget_spent', cost_nano_usd: 0 });
    expect(await standing(rig)).toBe('');
  });

  it('[B27] pays what an ask really cost, and its people and other tenants are apart', async () => {
    const rig = await openRig({
      tenants: { acme: { monthlyCostNanoUsd: 1_000_000, userMonthlyCostNanoUsd: 100_000 } },
    });
    rig.first.script(told(300, 50), told(10, 5));
    await rig.answer({ prompt: 'Hi', max_tokens: 100 });
    await rig.rows(1);
    expect(await standing(rig)).toBe('tenant 400+0, user ada 400+0');
    await rig.answer({ prompt: 'Ho', max_tokens: 100 }, { caller: { ...SOMEONE, user: 'bob' } });
    await rig.rows(2);
    expect(await standing(rig)).toBe('tenant 420+0, user ada 400+0, user bob 20+0');
    await rig.answer({ prompt: 'Hi' }, { caller: { ...SOMEONE, tenant: 'other' } });
  });

  it('[B27] tells a person when it is their own budget that is spent, and a key when it is the key’s', async () => {
    const rig = await openRig({ tenants: { acme: { userMonthlyCostNanoUsd: 10 } } });
    const said = async (caller: typeof SOMEONE): Promise<string> => {
      const { last } = await rig.answer({ prompt: 'Hi' }, { caller });
      return last?.type === 'answer-problem' ? last.problem.message : 'no problem';
    };
    expect(await said(SOMEONE)).toContain('What is left of your budget for this month does not cover this ask.');
    const caps = { monthlyCostNanoUsd: 10, asksPerSecond: null, burst: null };
    const key = { id: 'k1', features: null, caps, namesUsers: false };
    expect(await said({ ...SOMEONE, tenant: 'other', key })).toContain(
      'What is left of this key’s budget for this month',
    );
  });

  it('[B28] sets aside as much as failovers, broken answers and what goes on from them may cost, and no less', async () => {
    const rig = await openRig(capped(1_000_000));
    const held = gate();
    rig.first.script([say('Hel'), hold(held), cut()]);
    const asked = await rig.ask({ prompt: 'Hi', max_tokens: 100, messages: undefined }, { noCache: true });
    await asked.opening(new AbortController().signal);
    const [line] = await rig.stores.budget.lines({
      monthOfMs: rig.clock.now(),
      tenant: 'acme',
      nowMs: rig.clock.now(),
      limit: 1,
    });
    // One nano-dollar a token in, two out: four attempts, each with a whole answer, and in three of them the answer before as input.
    expect(line?.reservedNanoUsd).toBe(
      4 * boundTokens({ messages: [{ role: 'user', content: 'Hi' }], parameters: {} }) + 3 * 100 + 4 * 2 * 100,
    );
    held.open();
    await readAll(asked);
    await rig.rows();
    expect(await standing(rig)).toMatch(/^tenant \d+\+0/);
  });

  it('[B28] counts a prompt before it refuses it: its bound is some four times the truth', async () => {
    const counted: number[] = [];
    const tokenizer = {
      count: async (texts: readonly string[]) => {
        counted.push(texts.join('').length);
        return 100;
      },
      close: async () => undefined,
    };
    const rig = await openRig({ ...capped(3_000), tokenizer });
    // Its bytes would be 4,000 nano-dollars in four attempts; 100 tokens are a tenth of that.
    const long = 'word '.repeat(200);
    expect((await rig.answer({ prompt: long, max_tokens: 100 })).text).toBe('This is the fake answer.');
    expect(counted).toEqual([1000]);
    expect((await rig.answer({ prompt: 'Hi', max_tokens: 100 })).text).toBe('This is the fake answer.');
    expect(counted).toHaveLength(1);
  });

  it('[B28] gives an ask without a limit on its answer one of 4,096 tokens; without a cap it gets none', async () => {
    const rig = await openRig(capped(1_000_000_000));
    await rig.answer({ prompt: 'Hi' });
    await rig.answer({ prompt: 'Hi', max_tokens: 9 }, { noCache: true });
    await rig.answer({ prompt: 'Hi' }, { caller: { ...SOMEONE, tenant: 'other' } });
    expect(rig.first.calls.map(({ body }) => [body['max_completion_tokens'], body['max_tokens']])).toEqual([
      [4096, undefined],
      [undefined, 9],
      [undefined, undefined],
    ]);
  });

  it('[B29] asks nothing of the database for a tenant without a cap, nor for an answer from memory', async () => {
    const reserved: string[] = [];
    const rig = await openRig({
      ...capped(1_000_000_000),
      stores: ({ budget }) => ({
        budget: { ...budget, reserve: (one) => (reserved.push(one.tenant), budget.reserve(one)) },
      }),
    });
    await rig.answer({ prompt: 'Hi' }, { caller: { ...SOMEONE, tenant: 'other' } });
    await rig.answer({ prompt: 'Hi' });
    expect((await rig.answer({ prompt: 'Hi' })).handle.delivery).toBe('router-cache');
    expect(reserved).toEqual(['acme']);
  });

  it('[B29] identical asks at the same time are paid and set aside once', async () => {
    const rig = await openRig(capped(1_000_000_000));
    const held = gate();
    rig.first.script([hold(held), ...told(10, 10)]);
    const asks = Promise.all([
      rig.answer({ prompt: 'Hi' }),
      rig.answer({ prompt: 'Hi' }),
      rig.answer({ prompt: 'Hi' }),
    ]);
    await rig.clock.until(() => rig.first.calls.length === 1);
    const once = await standing(rig);
    held.open();
    expect((await asks).map(({ handle }) => handle.delivery).sort()).toEqual(['joined', 'joined', 'provider']);
    await rig.rows(3);
    expect(await standing(rig)).toBe('tenant 30+0, user ada 30+0');
    expect(once).toBe('tenant 0+45128');
    expect(rig.first.calls).toHaveLength(1);
  });

  it('[B30] is not served when nobody can say what is left: a cap that cannot be checked is not passed', async () => {
    const rig = await openRig({
      ...capped(1_000_000_000),
      stores: ({ budget }) => ({
        budget: { ...budget, reserve: () => Promise.reject(new Problem('storage_failed', 'The disk is full.')) },
      }),
    });
    const { last } = await rig.answer({ prompt: 'Hi' });
    expect(last?.type === 'answer-problem' ? last.problem.code : null).toBe('storage_failed');
    expect(rig.first.calls).toHaveLength(0);
    expect((await rig.answer({ prompt: 'Hi' }, { caller: { ...SOMEONE, tenant: 'other' } })).text).not.toBe('');
  });

  it('[B31] a refusal for money frees its key: next month the same ask is answered', async () => {
    const rig = await openRig(capped(44_500));
    rig.first.script(told(36_000, 4_000));
    await rig.answer({ prompt: 'Much', max_tokens: 4_000 }, { noCache: true });
    await rig.rows(1);
    const ask = { prompt: 'Hi', max_tokens: 200 };
    expect((await rig.answer(ask, { key: KEY })).last?.type).toBe('answer-problem');
    await rig.clock.advance(32 * DAY_MS);
    const again = await rig.answer(ask, { key: KEY });
    expect([again.text, again.handle.askId, again.handle.delivery]).toEqual([
      'This is the fake answer.',
      KEY,
      'provider',
    ]);
    expect(
      (await rig.rows(3))
        .filter(({ ask: row }) => row.request_id === KEY)
        .map(({ ask: row }) => row.run)
        .sort(),
    ).toEqual([1, 2]);
  });

  it('[B20] whatever providers do to asks that come at once, no cap is passed, and in the end the ledger’s sum is spent and nothing set aside', async () => {
    const happening = fc.constantFrom('answers', 'answers', 'fails over', 'breaks off', 'stopped', 'says nothing');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(happening, fc.constantFrom('ada', 'bob')), { minLength: 4, maxLength: 12 }),
        async (asks) => {
          const caps = { monthlyCostNanoUsd: 2_600, userMonthlyCostNanoUsd: 1_700 };
          const rig = await openRig({ tenants: { acme: caps }, routing: { allowedFails: 1_000_000 } });
          const check = async (): Promise<void> => {
            const nowMs = rig.clock.now();
            for (const line of await rig.stores.budget.lines({ monthOfMs: nowMs, tenant: null, nowMs, limit: 100 }))
              expect(line.spentNanoUsd + line.reservedNanoUsd).toBeLessThanOrEqual(
                line.kind === 'tenant' ? caps.monthlyCostNanoUsd : caps.userMonthlyCostNanoUsd,
              );
          };
          const scripts: Record<string, Step[]> = {
            answers: told(40, 50),
            'fails over': refuse(503),
            'breaks off': [say('Hel'), cut()],
            stopped: [open(), say('Hel'), hold()],
            'says nothing': [open(), cut()],
          };
          for (const [what] of asks) rig.first.script(scripts[what] ?? answer('Yes.'));
          const begun: (() => Promise<unknown>)[] = [];
          const running = asks.map(async ([what, user], at) => {
            const caller = { ...SOMEONE, user };
            const handle = await rig.ask({ prompt: `Ask ${at}`, max_tokens: 50 }, { caller, noCache: true });
            begun.push(() => rig.asks.cancel(caller, handle.askId));
            await check();
            if (what === 'stopped') {
              await handle.opening(new AbortController().signal).catch(() => undefined);
              await rig.asks.cancel(caller, handle.askId);
            }
            await check();
            await readAll(handle);
          });
          // The script that never ends may have met another ask than the one that is stopped.
          const all = Promise.all(running);
          for (let turn = 0; turn < 15; turn++) {
            await check();
            await rig.clock.settle();
          }
          await Promise.all(begun.map((stop) => stop()));
          await all;
          await check();
          const rows = await rig.rows(asks.length);
          const booked = rows
            .flatMap(({ attempts }) => attempts)
            .reduce((sum, { cost_nano_usd: cost }) => sum + (cost ?? 0), 0);
          const nowMs = rig.clock.now();
          const lines = await rig.stores.budget.lines({ monthOfMs: nowMs, tenant: null, nowMs, limit: 100 });
          expect(lines.filter(({ reservedNanoUsd }) => reservedNanoUsd !== 0)).toEqual([]);
          for (const kind of ['tenant', 'user'])
            expect(lines.filter((line) => line.kind === kind).reduce((sum, line) => sum + line.spentNanoUsd, 0)).toBe(
              booked,
            );
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe('what is refused for money', () => {
  it('[B27] comes with its code when it is read as JSON or as a stream: before any content', async () => {
    const rig = await openRig(capped(1));
    const handle = await rig.ask({ prompt: 'Hi', stream: true });
    expect(await codeOf(handle.opening(new AbortController().signal))).toBe('budget_spent');
  });
});
