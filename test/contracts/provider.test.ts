import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProvider } from '../../server/providers/open.ts';
import type { Provider, ProviderCall, ProviderEvent } from '../../server/providers/provider.ts';
import { openBlackHole } from '../fakes/provider/black-hole.ts';
import { fakeClock, type FakeClock } from '../fakes/clock.ts';
import { startFakeProvider, type FakeProvider } from '../fakes/provider/fake-provider.ts';
import { gate } from '../fakes/provider/gate.ts';
import {
  answer,
  callTool,
  cut,
  end,
  fail,
  finish,
  hold,
  inBytes,
  open,
  raw,
  refuse,
  say,
} from '../fakes/provider/script.ts';
import { collect, failureOf, textOf, toolsOf } from './provider-events.ts';

const IDLE_MS = 15_000;

/** Four bytes, three bytes, two bytes, a joined emoji, and right-to-left. */
const PIECES = ['Olá, ', '日本語', ' 👩‍👩‍👧 ', 'مرحبا ', '𝒳Ω', '\n\n```ts\nconst a = "data: b";\n```'];

const PROMPT = 'How many letters has this question?';

const ask: ProviderCall = {
  model: 'large',
  messages: [{ role: 'user', content: PROMPT }],
  parameters: {},
  idleTimeoutMs: IDLE_MS,
};

describe.each(['openai', 'anthropic'] as const)('a provider on the %s wire', (wire) => {
  let fake: FakeProvider;
  let clock: FakeClock;
  let provider: Provider;

  beforeEach(async () => {
    fake = await startFakeProvider({ wire });
    clock = fakeClock();
    provider = openProvider({ wire, apiBase: fake.apiBase, apiKey: fake.apiKey, clock });
  });
  afterEach(async () => {
    await provider.close();
    await fake.close();
  });

  const stream = (signal = new AbortController().signal): AsyncIterator<ProviderEvent> =>
    provider.stream(ask, signal)[Symbol.asyncIterator]();

  it('[P1] sends one request for one answer, and none again by itself', async () => {
    fake.script(refuse(503), answer('never asked for'));
    expect((await failureOf(stream())).kind).toBe('rejected');
    expect(fake.calls).toHaveLength(1);
  });

  it('[P1] sends the key, a stream, and no Origin', async () => {
    await collect(stream());
    const [call] = fake.calls;
    expect(call?.body['stream']).toBe(true);
    expect(call?.headers.origin).toBeUndefined();
    expect(fake.refusedKeys).toBe(0);
  });

  it('[P1] keeps its connection for the next call, also when it is stopped right after the finish', async () => {
    for (let call = 0; call < 8; call++) {
      const controller = new AbortController();
      for await (const event of provider.stream(ask, controller.signal))
        if (event.type === 'finish') controller.abort();
    }
    // A next call may come before the last bytes of the one before; then there are two connections, never eight.
    expect(fake.connections).toBeLessThan(8);
  });

  it('[P12] retired, it brings the call under way to its end, closes its connections, and takes no other', async () => {
    const rest = gate();
    fake.script([say('Hel'), hold(rest), say('lo')]);
    const events = stream();
    await events.next();
    await events.next();
    provider.retire();
    expect((await failureOf(stream())).kind).toBe('unreachable');
    expect(fake.openConnections).toBe(1);
    rest.open();
    expect(textOf(await collect(events))).toBe('lo');
    await clock.until(() => fake.openConnections === 0);
  });

  it('[P2] is accepted when the headers are there, before any content', async () => {
    const content = gate();
    fake.script([open(), hold(content), say('Hi')]);
    const events = stream();
    expect(await events.next()).toEqual({
      done: false,
      value: { type: 'accepted', upstreamId: 'req-fake', model: null },
    });
    content.open();
    expect(textOf(await collect(events))).toBe('Hi');
  });

  it('[P3] gives each piece as it comes, in order', async () => {
    const middle = gate();
    fake.script([say('Hel'), hold(middle), say('lo')]);
    const events = stream();
    await events.next();
    expect(await events.next()).toMatchObject({ value: { type: 'text-delta', text: 'Hel' } });
    middle.open();
    expect(await events.next()).toMatchObject({ value: { type: 'text-delta', text: 'lo' } });
    await collect(events);
  });

  it.each([1, 2, 3, 5, 7, 1000])('[P3] gives whole characters when bytes are cut every %i', async (bytes) => {
    fake.script(inBytes(answer(...PIECES), bytes));
    expect(textOf(await collect(stream()))).toBe(PIECES.join(''));
  });

  it('[P3] a reader that was slow gets every piece', async () => {
    const pieces = Array.from({ length: 3_000 }, (_, index) => `${index} `.padEnd(1_000, 'x'));
    fake.script(answer(...pieces));
    const events = stream();
    await events.next();
    const first = await events.next();
    const [call] = fake.calls;
    // More than is queued here is under way before the second piece is read.
    await clock.until(() => (call?.text.length ?? 0) > 1_000_000);
    const rest = await collect(events);
    expect(textOf(first.done === true ? rest : [first.value, ...rest])).toBe(pieces.join(''));
  });

  it('[P3] joins the pieces of tool calls by their index', async () => {
    fake.script([callTool('call_1', 'weather', '{"city":', '"Porto"}'), callTool('call_2', 'now', '{}')]);
    const events = await collect(stream());
    expect(toolsOf(events)).toEqual([
      { id: 'call_1', name: 'weather', arguments: '{"city":"Porto"}' },
      { id: 'call_2', name: 'now', arguments: '{}' },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'tool_calls' });
  });

  it('[P4] is whole without a terminator', async () => {
    fake.script([say('Hi'), finish({ terminator: false })]);
    expect((await collect(stream())).at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
  });

  it('[P4] does not wait for the socket when finish and usage are there', async () => {
    fake.script([say('Hi'), finish({ terminator: false, linger: true })]);
    expect((await collect(stream())).at(-1)).toMatchObject({ type: 'finish', usage: { estimated: false } });
  });

  it('[P4] waits half a second for usage, and no longer', async () => {
    fake.script([say('Hi'), finish({ terminator: false, usage: false, linger: true })]);
    const events = collect(stream());
    await clock.until(() => clock.timers() === 2);
    await clock.advance(500);
    expect((await events).at(-1)).toMatchObject({ type: 'finish', reason: 'stop', usage: null });
  });

  it('[P4] is whole when the connection breaks after the finish reason', async () => {
    fake.script([say('Hi'), raw(finishWithoutUsage(wire)), cut()]);
    expect((await collect(stream())).at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
  });

  it('[P4] is whole when an error object comes after the finish reason', async () => {
    fake.script([say('Hi'), raw(finishWithoutUsage(wire)), fail('overloaded_error')]);
    const events = await collect(stream());
    expect(textOf(events)).toBe('Hi');
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop', usage: null });
  });

  it('[P4] is cut when the body ends without a finish reason, terminator or not', async () => {
    fake.script([say('Hi'), end()], [say('Hi'), finish({ reason: null })], [end()]);
    for (let call = 0; call < 3; call++) expect((await failureOf(stream())).kind).toBe('cut');
  });

  it('[P5] gives the usage that was reported', async () => {
    const usage = (await collect(stream())).at(-1);
    expect(usage).toMatchObject({ usage: fake.billed() });
  });

  it('[P5] tells cached and cache-write tokens apart, both inside the input', async () => {
    fake.script([say('Hi'), finish({ usage: wireUsage(wire) })]);
    expect((await collect(stream())).at(-1)).toMatchObject({
      usage: { inputTokens: 1100, outputTokens: 50, cachedInputTokens: 800, cacheWriteTokens: 200, estimated: false },
    });
  });

  it('[P5] says that usage is unknown when none was reported', async () => {
    fake.script([say('Hi'), finish({ usage: false })]);
    expect((await collect(stream())).at(-1)).toMatchObject({ usage: null });
  });

  it.each([
    ['overloaded_error', 'rejected'],
    ['rate_limit_error', 'rate-limited'],
    ['authentication_error', 'unauthorized'],
    ['billing_error', 'quota'],
    ['invalid_request_error', 'caller'],
    ['something_new', 'rejected'],
    ['constructor', 'rejected'],
  ])('[P6] an error object `%s` inside the stream throws `%s`', async (type, kind) => {
    fake.script([say('Hi'), fail(type)], [fail(type)]);
    const heard: ProviderEvent[] = [];
    expect((await failureOf(stream(), heard)).kind).toBe(kind);
    expect(textOf(heard)).toBe('Hi');
    expect((await failureOf(stream())).kind).toBe(kind);
  });

  it('[P7] skips and counts a malformed chunk', async () => {
    fake.script([say('a'), raw('data: {"broken\n\n'), raw('data: 7\n\n'), raw(': a comment\n\n'), say('b')]);
    const events = await collect(stream());
    expect(textOf(events)).toBe('ab');
    expect(events.at(-1)).toMatchObject({ type: 'finish', skippedChunks: 2 });
  });

  it.each([
    ['before the headers', [hold()], 0],
    ['before the content', [open(), hold()], 1],
    ['mid-answer', [say('a'), hold()], 2],
  ])('[P8] an abort %s ends the upstream call and throws the reason', async (_where, steps, events) => {
    fake.script(steps);
    const controller = new AbortController();
    const reason = new Error('the person pressed stop');
    const running = stream(controller.signal);
    for (let seen = 0; seen < events; seen++) await running.next();
    const next = running.next();
    const call = await fake.called(1);
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    await call.over;
    expect(call.outcome).toBe('aborted');
    expect(clock.timers()).toBe(0);
  });

  it('[P8] a reader that leaves early ends the upstream call and its timers', async () => {
    fake.script([say('a'), hold()]);
    for await (const event of provider.stream(ask, new AbortController().signal))
      if (event.type === 'text-delta') break;
    const call = await fake.called(1);
    await call.over;
    expect(call.outcome).toBe('aborted');
    expect(clock.timers()).toBe(0);
  });

  it('[P8] a signal that is aborted already sends nothing', async () => {
    const reason = new Error('too late');
    await expect(stream(AbortSignal.abort(reason)).next()).rejects.toBe(reason);
    expect(fake.calls).toHaveLength(0);
  });

  it('[P9] no connection is `unreachable`', async () => {
    await fake.die();
    expect((await failureOf(stream())).kind).toBe('unreachable');
  });

  it('[P9] a hang-up before any byte is `unreachable`, after some it is `cut`', async () => {
    fake.script([cut()], [open(), cut()], [say('a'), cut()]);
    expect((await failureOf(stream())).kind).toBe('unreachable');
    expect((await failureOf(stream())).kind).toBe('cut');
    const heard: ProviderEvent[] = [];
    expect((await failureOf(stream(), heard)).kind).toBe('cut');
    expect(textOf(heard)).toBe('a');
  });

  it('[P9] a page, a redirect and plain text are `rejected`', async () => {
    fake.script(
      refuse(200, '<html>Sign in to the Wi-Fi</html>', { 'content-type': 'text/html' }),
      refuse(302, '', { location: `${fake.apiBase}/elsewhere` }),
      refuse(200, 'ok', { 'content-type': 'text/plain' }),
    );
    for (let call = 0; call < 3; call++) expect((await failureOf(stream())).kind).toBe('rejected');
    expect(fake.calls).toHaveLength(3);
  });

  it('[P9] holds neither the key nor the prompt in its message', async () => {
    fake.script(
      refuse(400, { error: { message: `Bad words: "${PROMPT}"` } }),
      refuse(401, { error: { message: `Incorrect API key provided: ${fake.apiKey}.` } }),
    );
    const quoted = await failureOf(stream());
    expect(quoted.message).not.toContain('letters');
    const keyed = await failureOf(stream());
    expect(keyed.message).not.toContain(fake.apiKey);
    expect(keyed.message).toContain('Incorrect API key provided');
  });

  it('[P9] a response head without measure is `unreachable`', async () => {
    fake.script(refuse(200, '', { 'x-large': 'x'.repeat(40_000) }));
    expect((await failureOf(stream())).kind).toBe('unreachable');
  });

  it('[P9] a wrong key is `unauthorized`', async () => {
    const stranger = openProvider({ wire, apiBase: fake.apiBase, apiKey: 'another', clock });
    const events = stranger.stream(ask, new AbortController().signal)[Symbol.asyncIterator]();
    expect(await failureOf(events)).toMatchObject({ kind: 'unauthorized', status: 401 });
    await stranger.close();
  });

  it('[P9] an error body without an end is given up after a second', async () => {
    fake.script([{ do: 'status', status: 503, body: '{"error":', headers: { 'content-length': '100' } }]);
    const failure = failureOf(stream());
    await clock.until(() => clock.timers() === 2);
    await clock.advance(1000);
    expect(await failure).toMatchObject({ kind: 'rejected', status: 503 });
  });

  it('[P11] a connection that swallows everything is `unreachable` after 800 ms, and not tried again there', async () => {
    const hole = await openBlackHole();
    const lost = openProvider({ wire, apiBase: `http://127.0.0.1:${hole.port}/v1`, apiKey: fake.apiKey, clock });
    const failure = failureOf(lost.stream(ask, new AbortController().signal)[Symbol.asyncIterator]());
    await clock.settle();
    await clock.advance(800);
    expect(await failure).toMatchObject({ kind: 'unreachable', meaning: { retrySame: false, failOver: true } });
    expect(clock.timers()).toBe(0);
    await lost.close();
    await hole.close();
  });

  it('[P10] silence mid-answer is `stalled` after the idle limit, and ends the call', async () => {
    fake.script([say('a'), hold()]);
    const events = stream();
    await events.next();
    await events.next();
    const next = failureOf(events);
    const [call] = fake.calls;
    await clock.until(() => clock.timers() === 1);
    await clock.advance(IDLE_MS - 1);
    expect(call?.outcome).toBe('running');
    await clock.advance(1);
    expect((await next).kind).toBe('stalled');
    await call?.over;
  });

  it('[P10] a slow reader is no silence', async () => {
    const middle = gate();
    fake.script([say('a'), hold(middle), say('b')]);
    const events = stream();
    await events.next();
    await events.next();
    middle.open();
    await fake.calls[0]?.over;
    await clock.advance(IDLE_MS * 3);
    expect(textOf(await collect(events))).toBe('b');
  });

  it('[P10] does not count silence before the first byte: that is the first-token limit of the router', async () => {
    const content = gate();
    fake.script([open(), hold(content), say('late')]);
    const events = stream();
    await events.next();
    await clock.advance(IDLE_MS * 3);
    content.open();
    expect(textOf(await collect(events))).toBe('late');
  });
});

function finishWithoutUsage(wire: 'openai' | 'anthropic'): string {
  return wire === 'openai'
    ? `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`
    : `event: message_delta\ndata: ${JSON.stringify({ type: 'message_delta', delta: { stop_reason: 'end_turn' } })}\n\n`;
}

function wireUsage(wire: 'openai' | 'anthropic'): Record<string, unknown> {
  return wire === 'openai'
    ? {
        prompt_tokens: 1100,
        completion_tokens: 50,
        total_tokens: 1150,
        prompt_tokens_details: { cached_tokens: 800, cache_write_tokens: 200 },
      }
    : {
        input_tokens: 100,
        cache_read_input_tokens: 800,
        cache_creation_input_tokens: 200,
        output_tokens: 50,
      };
}
