import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProvider } from '../../server/providers/open.ts';
import type { Provider, ProviderCall, ProviderEvent } from '../../server/providers/provider.ts';
import { fakeClock, type FakeClock } from '../fakes/clock.ts';
import { openBlackHole } from '../fakes/provider/black-hole.ts';
import { startFakeProvider, type FakeProvider } from '../fakes/provider/fake-provider.ts';
import { BLEMISHES, COMPRESSED, FAULTS } from '../fakes/provider/faults.ts';
import { complain, COMPLAINTS, retryAfterForms, type FakeWire } from '../fakes/provider/refusals.ts';
import { answer, finish, giveReason, pause, say, trickle } from '../fakes/provider/script.ts';
import { collect, failureOf, textOf } from './provider-events.ts';

const IDLE_MS = 15_000;
const PIECES = ['Salt comes ', 'from rocks, ', 'and rain ', 'carries it.'];
const WHOLE = PIECES.join('');

const ask: ProviderCall = {
  model: 'large',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
  parameters: {},
  idleTimeoutMs: IDLE_MS,
};

describe.each(['openai', 'anthropic'] as const)('each failure has its kind on the %s wire', (wire) => {
  let clock: FakeClock;
  let fake: FakeProvider;
  let provider: Provider;

  beforeEach(async () => {
    clock = fakeClock();
    fake = await startFakeProvider({ wire, clock });
    provider = openProvider({ wire, apiBase: fake.apiBase, apiKey: fake.apiKey, clock });
  });
  afterEach(async () => {
    await provider.close();
    await fake.close();
  });

  const stream = (signal = new AbortController().signal): AsyncIterator<ProviderEvent> =>
    provider.stream(ask, signal)[Symbol.asyncIterator]();

  it.each(FAULTS.filter(({ kind }) => kind !== null && kind !== 'stalled'))('[P9] $name is `$kind`', async (fault) => {
    fake.script(fault.attempt(wire, PIECES));
    const heard: ProviderEvent[] = [];
    const failure = await failureOf(stream(), heard);
    expect(failure.kind).toBe(fault.kind);
    expect(failure.message).not.toContain('salty');
    expectHeard(heard, fault.after);
    // One request, and none by itself.
    expect(fake.calls).toHaveLength(1);
  });

  it.each(FAULTS.filter(({ kind }) => kind === 'stalled'))('[P10] $name is `stalled`', async (fault) => {
    fake.script(fault.attempt(wire, PIECES));
    const heard: ProviderEvent[] = [];
    const failing = failureOf(stream(), heard);
    const call = await fake.called(1);
    await clock.until(() => clock.timers() === 1);
    await clock.advance(IDLE_MS);
    expect((await failing).kind).toBe('stalled');
    await call.over;
    expect(call.outcome).toBe('aborted');
    expectHeard(heard, fault.after);
  });

  it.each(FAULTS.filter(({ kind }) => kind === null))('[P10] $name is left to whoever called', async (fault) => {
    fake.script(fault.attempt(wire, PIECES));
    const controller = new AbortController();
    const reason = new Error('No first word in time.');
    const heard: ProviderEvent[] = [];
    const running = failureOf(stream(controller.signal), heard);
    const call = await fake.called(1);
    await clock.advance(IDLE_MS * 2);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await call.over;
    expect(call.outcome).toBe('aborted');
  });

  it.each(BLEMISHES)('[P4] [P7] $name is no failure: the answer is whole', async (blemish) => {
    fake.script(blemish.attempt(wire, PIECES));
    const reading = collect(stream());
    await fake.called(1);
    // Usage that never comes is waited for half a second.
    await clock.until(() => fake.calls[0]?.outcome !== 'running' || clock.timers() > 0);
    await clock.advance(500);
    const events = await reading;
    expect(textOf(events)).toBe(WHOLE);
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
  });

  it('[PF4] a compressed stream is `rejected`: none was asked for', async () => {
    fake.script(COMPRESSED.attempt(wire, PIECES));
    expect(await failureOf(stream())).toMatchObject({ kind: 'rejected', status: 200 });
    expect(fake.calls[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('[P3] [P10] a slow trickle is an answer, as long as each piece comes in time', async () => {
    fake.script(trickle(IDLE_MS - 1, ...PIECES));
    const reading = collect(stream());
    await fake.called(1);
    for (let piece = 0; piece < PIECES.length; piece++) await clock.advance(IDLE_MS - 1);
    expect(textOf(await reading)).toBe(WHOLE);
  });

  it('[P4] [P5] usage that comes late is waited for half a second', async () => {
    for (const [lateMs, told] of [
      [400, true],
      [600, false],
    ] as const) {
      fake.script([say('Hi'), giveReason(), pause(lateMs), finish()]);
      const reading = collect(stream());
      await fake.called(fake.calls.length + 1);
      await clock.settle();
      await clock.advance(1_000);
      const finished = (await reading).at(-1);
      expect(finished).toMatchObject({ type: 'finish', usage: told ? { estimated: false } : null });
    }
  });

  it('[PF2] every form of Retry-After means the same moment', async () => {
    for (const headers of retryAfterForms(20_000, clock.now())) {
      fake.script(complain(wire, 'rate limit', headers));
      expect(await failureOf(stream())).toMatchObject({ kind: 'rate-limited', retryAfterMs: 20_000 });
    }
  });

  it('[P9] an address that takes no connection is `unreachable` after 800 ms', async () => {
    const hole = await openBlackHole();
    const lost = openProvider({
      wire,
      apiBase: fake.apiBase.replace(/:\d+/, `:${hole.port}`),
      apiKey: fake.apiKey,
      clock,
    });
    const startedMs = performance.now();
    const events = lost.stream(ask, new AbortController().signal)[Symbol.asyncIterator]();
    expect((await failureOf(events)).kind).toBe('unreachable');
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(300);
    // Generous for a machine that has other work; the next deployment must still be in time.
    expect(tookMs).toBeLessThan(2_400);
    await lost.close();
    await hole.close();
  });
});

describe('the fault provider', () => {
  it.each(['openai', 'anthropic'] as const)(
    '[P5] bills on the %s wire what it worked, to the nano-dollar',
    async (wire) => {
      const clock = fakeClock();
      // 0.3 and 1.1 nano-dollars a token: a bill is rounded up once.
      const fake = await startFakeProvider({ wire, prices: { inputPicoUsd: 300n, outputPicoUsd: 1_100n } });
      const provider = openProvider({ wire, apiBase: fake.apiBase, apiKey: fake.apiKey, clock });
      const call = (): AsyncIterator<ProviderEvent> =>
        provider.stream(ask, new AbortController().signal)[Symbol.asyncIterator]();
      fake.script(complain(wire, 'unavailable'));
      await failureOf(call());
      expect([fake.billed(), fake.costNanoUsd()]).toEqual([{ inputTokens: 0, outputTokens: 0 }, 0n]);
      fake.script(answer('Four letters'));
      await collect(call());
      // 21 bytes asked are 6 tokens, 12 bytes said are 3: 1,800 + 3,300 pico-dollars.
      expect([fake.billed(), fake.costNanoUsd()]).toEqual([{ inputTokens: 6, outputTokens: 3 }, 6n]);
      await provider.close();
      await fake.close();
    },
  );

  it('[P9] has a word of each wire for every row of the table of retries', () => {
    const statuses = (wire: FakeWire): number[] => [...new Set(Object.values(COMPLAINTS[wire]).map((c) => c.status))];
    for (const wire of ['openai', 'anthropic'] as const)
      expect(statuses(wire).sort((a, b) => a - b)).toEqual([
        ...[400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529],
      ]);
  });
});

function expectHeard(heard: readonly ProviderEvent[], after: 'nothing' | 'head' | 'content'): void {
  expect(heard.some(({ type }) => type === 'accepted')).toBe(after !== 'nothing');
  const text = textOf(heard);
  expect(WHOLE.startsWith(text)).toBe(true);
  expect(text.length > 0).toBe(after === 'content');
  expect(text).not.toBe(WHOLE);
}
