import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mintAskId } from '#shared/ask-id.ts';
import { createAsks } from '../../../server/ask/create.ts';
import { ProviderFailure, type Provider, type ProviderEvent } from '../../../server/providers/provider.ts';
import { createDeployments } from '../../../server/routing/deployments.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { seededRandom } from '../../fakes/random.ts';
import { never, openRig, readAll } from './rig.ts';

const FAILURES = ['unreachable', 'rejected', 'rate-limited', 'unauthorized', 'caller', 'timeout'] as const;
const attempt = fc.oneof(
  fc.constant('whole' as const),
  fc.constant('cut before content' as const),
  fc.constant('cut after content' as const),
  fc.constantFrom(...FAILURES),
);
type Attempt = typeof attempt extends fc.Arbitrary<infer A> ? A : never;

/** A provider that takes one step of the script for each call, and gives a whole answer when there is none left. */
function scripted(script: readonly Attempt[], counts: { calls: number }): Provider {
  async function* stream(signal: AbortSignal): AsyncGenerator<ProviderEvent> {
    const step = script[counts.calls++] ?? 'whole';
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    if (step !== 'whole' && !step.startsWith('cut '))
      throw new ProviderFailure(step as (typeof FAILURES)[number], 'No.');
    yield { type: 'accepted', upstreamId: null, model: null };
    if (step === 'cut before content') throw new ProviderFailure('cut', 'It broke.');
    yield { type: 'text-delta', text: 'Hel' };
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    if (step === 'cut after content') throw new ProviderFailure('cut', 'It broke.');
    yield { type: 'text-delta', text: 'lo' };
    yield { type: 'finish', reason: 'stop', usage: null, skippedChunks: 0 };
  }
  return {
    stream: (_call, signal) => stream(signal),
    pass: null,
    retire: () => undefined,
    close: () => Promise.resolve(),
  };
}

const ids = seededRandom(3);
const KEYS = Array.from({ length: 3 }, () => `key-${mintAskId(fakeClock(), ids)}`);
const ask = fc.record({
  prompt: fc.constantFrom('One', 'Two'),
  key: fc.constantFrom(null, ...KEYS),
  noCache: fc.boolean(),
  cancels: fc.boolean(),
});

it('[A1] [A2] [A5] [A8] whatever providers do, no ask is lost, none is booked twice, and no key has two producers', async () => {
  const rig = await openRig();
  let tenants = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(attempt, { maxLength: 8 }),
      fc.array(attempt, { maxLength: 8 }),
      fc.array(ask, { minLength: 1, maxLength: 8 }),
      async (first, second, asked) => {
        const caller = { tenant: `t${tenants++}`, user: 'ada', role: 'asker', guest: false } as const;
        const counts = { first: { calls: 0 }, second: { calls: 0 } };
        const asks = createAsks({
          ...rig.parts,
          deployments: createDeployments(rig.parts),
          providers: ({ id }) => (id === 'first' ? scripted(first, counts.first) : scripted(second, counts.second)),
        });
        const arrived = { arrivedAtMs: rig.clock.now(), arrivedMonotonicMs: rig.clock.monotonic() };
        const own = await Promise.all(
          asked.map(async ({ prompt, key, noCache, cancels }) => {
            const request = { caller, body: { prompt }, feature: null, key, noCache, synthetic: false, ...arrived };
            const handle = await asks.ask(request).catch((problem: unknown) => {
              expect(problem).toHaveProperty('code', 'key_reused');
              return null;
            });
            if (handle === null) return true;
            if (cancels) await asks.cancel(caller, handle.askId);
            const { last, events } = await readAll(handle);
            expect(last?.type).toMatch(/^answer-(end|problem)$/);
            expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
            expect(handle.state()).not.toBe('running');
            // Either it says where the answer comes from, or why there is none.
            await handle.opening(never).catch((problem: unknown) => expect(problem).toHaveProperty('code'));
            return handle.delivery !== 'replay';
          }),
        );
        await asks.drain(60_000);
        const rows = await rig.stores.ledger.recent({ tenant: caller.tenant, limit: 100 });
        expect(rows).toHaveLength(own.filter(Boolean).length);
        const booked = rows.reduce((sum, { attempts }) => sum + attempts.length, 0);
        expect(booked).toBe(counts.first.calls + counts.second.calls);
        for (const { ask, attempts } of rows) {
          expect(attempts.length).toBeLessThanOrEqual(4);
          expect(ask.cost_nano_usd).toBe(attempts.reduce((sum, row) => sum + (row.cost_nano_usd ?? 0), 0));
        }
        // Cached, followed or repeated: of asks that may be reused, one producer brought each whole answer.
        const reusable = asked.filter(({ noCache }) => !noCache).map(({ prompt }) => prompt);
        const live = rows.filter(({ ask }) => ask.delivery === 'provider' && ask.outcome === 'answered').length;
        expect(live).toBeLessThanOrEqual(new Set(reusable).size + asked.length - reusable.length);
      },
    ),
    { numRuns: 100, seed: 42 },
  );
});
