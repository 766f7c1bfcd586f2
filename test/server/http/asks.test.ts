import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Problem } from '#shared/problem.ts';
import { ASK_ID, goodDay, provenance, type ScriptedAsk } from './scripted-asks.ts';
import { codeOf, json, openSurface } from './surface.ts';

const KEY = '01890a5d-ac96-774b-bcce-b302099a8058';

test.each(['/ai', '/v1/chat/completions'])('[H1] %s answers a JSON caller with the whole answer', async (path) => {
  const { request } = openSurface();
  const response = await request(path, json({ messages: [{ role: 'user', content: 'Hi' }] }));
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    id: ASK_ID,
    object: 'chat.completion',
    choices: [{ message: { role: 'assistant', content: 'Good day.' }, finish_reason: 'stop' }],
    usage: { total_tokens: 5 },
    layover: { provider: 'north' },
  });
});

test('[H1] a prompt, its feature and its key reach the ask', async () => {
  const { request, asks } = openSurface();
  await request('/ai', json({ feature: 'in-body', prompt: 'Hi' }, { 'idempotency-key': KEY }));
  await request('/ai', json({ metadata: { feature: 'in-metadata' }, prompt: 'Hi' }));
  await request('/ai', json({ feature: 'in-body', prompt: 'Hi' }, { 'x-layover-feature': 'in-header' }));
  await request('/ai', json({ prompt: 'Hi' }, { 'cache-control': 'max-age=0, no-cache' }));
  expect(asks.asked.map(({ request: { feature, key, noCache } }) => ({ feature, key, noCache }))).toEqual([
    { feature: 'in-body', key: KEY, noCache: false },
    { feature: 'in-metadata', key: null, noCache: false },
    { feature: 'in-header', key: null, noCache: false },
    { feature: null, key: null, noCache: true },
  ]);
});

test('[H5] the headers say where an answer came from; only JSON has its cost', async () => {
  const { request, asks } = openSurface();
  const whole = await request('/ai', json({ prompt: 'Hi' }));
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'x-layover': '1',
    'x-layover-policy': '3',
    'x-request-id': ASK_ID,
    'x-layover-source': 'provider',
    'x-layover-provider': 'north',
    'x-layover-model': 'north-large',
    'x-layover-attempts': '1',
    'x-layover-hops': '0',
    'x-layover-cost-usd': '0.000012345',
  });
  expect(whole.headers.has('age')).toBe(false);
  asks.play = (ask) => {
    ask.opens = provenance({ source: 'router-cache', age_seconds: 12.7, degraded: ['cheaper_model', 'x'] });
    ask.push(...goodDay());
  };
  const stream = await request('/ai', json({ prompt: 'Hi', stream: true }));
  expect(Object.fromEntries(stream.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-layover-source': 'router-cache',
    'x-layover-degraded': 'cheaper_model,x',
    age: '12',
  });
  expect(stream.headers.has('x-layover-cost-usd')).toBe(false);
});

test('[H6] no name can put another header in', async () => {
  const { request, asks } = openSurface();
  asks.play = (ask) => {
    ask.opens = provenance({ provider: 'north\r\nset-cookie: a=b', model: '模型\u0000x' });
    ask.push(...goodDay());
  };
  const { headers } = await request('/ai', json({ prompt: 'Hi', stream: true }));
  expect(headers.get('x-layover-provider')).toBe('north??set-cookie: a=b');
  expect(headers.get('x-layover-model')).toBe('???x');
  expect(headers.has('set-cookie')).toBe(false);
});

test('[H2] a stream has the numbers of the journal and ends with [DONE]', async () => {
  const { request } = openSurface();
  const response = await request('/ai', json({ prompt: 'Hi', stream: true }));
  const text = await response.text();
  expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(['1', '2', '3', '4']);
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  expect(text).not.toContain('event:');
});

test('[H2] a reader who asked for usage gets its chunk, nobody else does', async () => {
  const { request } = openSurface();
  const body = { prompt: 'Hi', stream: true, stream_options: { include_usage: true } };
  expect(await (await request('/ai', json(body))).text()).toContain('"choices":[],"usage":{"prompt_tokens":3');
  expect(await (await request('/ai', json({ ...body, stream_options: null }))).text()).not.toContain('"choices":[]');
});

test.each([true, false])('[H4] before any content a failure has its true status (stream: %s)', async (stream) => {
  const { request, asks } = openSurface();
  asks.play = (ask) => ask.fail(new Problem('providers_down', 'No provider answered.', { retryAfterMs: 4_200 }));
  const response = await request('/ai', json({ prompt: 'Hi', stream }, { 'idempotency-key': KEY }));
  expect(response.status).toBe(503);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'retry-after': '5',
    'x-should-retry': 'true',
    'x-request-id': KEY,
    'content-type': 'application/json',
    'x-layover': '1',
  });
  expect(await response.json()).toEqual({
    error: {
      message: 'No provider answered. Try again in a while. The Console shows what each provider said.',
      type: 'server_error',
      param: null,
      code: 'providers_down',
    },
  });
  expect(asks.asked[0]?.leaves).toBe(1);
});

test('[H4] what a retry cannot cure says so', async () => {
  const { request, asks } = openSurface();
  asks.refuses = new Problem('key_reused', 'This key was used for another ask.');
  const response = await request('/ai', json({ prompt: 'Hi' }));
  expect([response.status, response.headers.get('x-should-retry')]).toEqual([422, 'false']);
});

test('[H4] after content a failure is in-band, without [DONE]; a JSON caller gets its status', async () => {
  const { request, asks } = openSurface();
  const problem = { code: 'stream_incomplete', message: 'The provider went away.', status: 502 };
  asks.play = (ask) =>
    ask.push(...goodDay().slice(0, 2), { type: 'answer-problem', problem, provenance: provenance() });
  const stream = await request('/ai', json({ prompt: 'Hi', stream: true }));
  expect(stream.status).toBe(200);
  const text = await stream.text();
  expect(text).toContain('"code":"stream_incomplete"');
  expect(text).not.toContain('[DONE]');
  const whole = await request('/ai', json({ prompt: 'Hi' }));
  expect([whole.status, await codeOf(whole)]).toEqual([502, 'stream_incomplete']);
});

test('[ST17] what is there of an answer goes out in one write, and what comes later as it comes', async () => {
  const { request, asks } = openSurface();
  const [start, first, ...rest] = goodDay();
  if (start === undefined || first === undefined) throw new Error('There is no good day.');
  asks.play = (ask) => ask.push(start, first);
  const stream = lines(await request('/ai', json({ prompt: 'Hi', stream: true })));
  expect((await stream.next()).match(/^data: /gm)).toHaveLength(2);
  asks.asked[0]?.push(...rest);
  expect((await stream.next()).match(/^data: /gm)).toHaveLength(rest.length + 1);
});

test('[H3] a silent stream gets a comment every 10 s', async () => {
  const { request, asks, clock } = openSurface();
  asks.play = (ask) => ask.push(...goodDay().slice(0, 1));
  const response = await request('/ai', json({ prompt: 'Hi', stream: true }));
  const reader = lines(response);
  expect(await reader.next()).toContain('"role":"assistant"');
  const next = reader.next();
  await clock.advance(10_000);
  expect(await next).toBe(': still here\n\n');
  asks.asked[0]?.push(...goodDay().slice(1));
  expect(await reader.next()).toContain('Good ');
  await reader.cancel();
  expect(clock.timers()).toBe(0);
});

test('[H3] a reader that does not read gets no heap of comments', async () => {
  const { request, asks, clock } = openSurface();
  asks.play = (ask) => ask.push(...goodDay().slice(0, 1));
  const response = await request('/ai', json({ prompt: 'Hi', stream: true }));
  await clock.advance(60_000);
  asks.asked[0]?.push(...goodDay().slice(1));
  const text = await response.text();
  expect(text.match(/still here/g)?.length ?? 0).toBeLessThanOrEqual(1);
});

test('[H3] a reader that takes nothing for 5 minutes is cut off, and leaves the ask', async () => {
  const { request, asks, clock } = openSurface();
  const [start, ...rest] = goodDay();
  // More than goes out in one piece.
  asks.play = (ask) =>
    ask.push(...(start === undefined ? [] : [start]), { type: 'text-delta', text: 'x'.repeat(70_000) }, ...rest);
  const response = await request('/ai', json({ prompt: 'Hi', stream: true }));
  await clock.advance(310_000);
  expect([asks.asked[0]?.leaves, clock.timers()]).toEqual([1, 0]);
  await expect(response.text()).rejects.toThrow('took nothing');
});

test('[H7] a reader that goes away leaves the ask, once', async () => {
  const { request, asks, clock } = openSurface();
  asks.play = (ask) => ask.push(...goodDay().slice(0, 2));
  const cancelled = lines(await request('/ai', json({ prompt: 'Hi', stream: true })));
  await cancelled.next();
  await cancelled.cancel();
  const gone = new AbortController();
  await request('/ai', { ...json({ prompt: 'Hi', stream: true }), signal: gone.signal });
  gone.abort();
  await clock.settle();
  expect(asks.asked.map((ask) => ask.leaves)).toEqual([1, 1]);
  expect(clock.timers()).toBe(0);
});

test('[H7] a JSON caller that goes away leaves the ask', async () => {
  const { request, asks, clock, errors } = openSurface();
  asks.play = () => {};
  const gone = new AbortController();
  const response = request('/ai', { ...json({ prompt: 'Hi' }), signal: gone.signal });
  await clock.until(() => asks.asked.length === 1);
  gone.abort();
  await response;
  expect(asks.asked[0]?.leaves).toBe(1);
  expect(errors).toEqual([]);
});

test('[H7] an ask that is over is left, too', async () => {
  const { request, asks } = openSurface();
  await (await request('/ai', json({ prompt: 'Hi', stream: true }))).text();
  await (await request('/ai', json({ prompt: 'Hi' }))).text();
  expect(asks.asked.map((ask: ScriptedAsk) => ask.leaves)).toEqual([1, 1]);
});

test.each([
  ['both words', { prompt: 'Hi', messages: [{ role: 'user', content: 'Hi' }] }, 'prompt'],
  ['no words', { model: 'app/chat' }, 'messages'],
  ['an empty prompt', { prompt: '' }, 'prompt'],
  ['an unknown role', { messages: [{ role: 'robot', content: 'Hi' }] }, 'messages.0.role'],
  ['no message', { messages: [] }, 'messages'],
  ['a stream that is a word', { prompt: 'Hi', stream: 'yes' }, 'stream'],
  ['a list', [1], null],
  ['a word', 'Hi', null],
])('[H8] %s is refused with the place that is wrong', async (_what, body, param) => {
  const { request, asks } = openSurface();
  const response = await request('/ai', json(body));
  const { error } = (await response.json()) as { error: { code: string; param: string | null; message: string } };
  expect([response.status, error.code, error.param]).toEqual([400, 'body_malformed', param]);
  expect(asks.asked).toEqual([]);
});

test('[H8] what is nested deeper than 60 levels is refused, however deep', async () => {
  const { request, asks } = openSurface();
  const nested = (levels: number): string => `{"prompt":"Hi","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const post = (body: string): Promise<Response> => request('/ai', { ...json(null), body });
  expect((await post(nested(50))).status).toBe(200);
  for (const levels of [70, 200_000]) expect(await codeOf(await post(nested(levels)))).toBe('body_malformed');
  expect(asks.asked).toHaveLength(1);
});

test.each([
  ['idempotency-key', 'with blank'],
  ['idempotency-key', 'é'],
  ['idempotency-key', 'k'.repeat(256)],
  ['idempotency-key', ''],
  ['x-layover-feature', 'f'.repeat(101)],
])('[H8] a wrong %s is refused', async (name, value) => {
  const { request, asks } = openSurface();
  const response = await request('/ai', json({ prompt: 'Hi' }, { [name]: value }));
  const { error } = (await response.json()) as { error: { code: string; param: string } };
  expect([response.status, error.code, error.param]).toEqual([400, 'header_malformed', name]);
  expect(asks.asked).toEqual([]);
});

test('[H9] a body past the bound is 413 and is not read on', async () => {
  const { request, asks } = openSurface({ bodyBytes: 1_000 });
  const declared = await request('/ai', json({ prompt: 'x'.repeat(2_000) }, { 'content-length': '2013' }));
  expect([declared.status, await codeOf(declared)]).toEqual([413, 'too_large']);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 100;
      controller.enqueue(new Uint8Array(100).fill(0x20));
    },
  });
  const streamed = await request('/ai', { ...json(null), body: endless, duplex: 'half' } as RequestInit);
  expect(streamed.status).toBe(413);
  expect(sent).toBeLessThan(3_000);
  expect(asks.asked).toEqual([]);
});

test('[H8] a body that is not said to be JSON, or is not, is refused', async () => {
  const { request, asks } = openSurface();
  const body = JSON.stringify({ prompt: 'Hi' });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
    expect(await codeOf(await request('/ai', { method: 'POST', headers: { 'content-type': type }, body }))).toBe(
      'body_malformed',
    );
  }
  expect(asks.asked).toEqual([]);
  const charset = { 'content-type': 'application/json; charset=utf-8' };
  expect((await request('/ai', { method: 'POST', headers: charset, body })).status).toBe(200);
});

test('[H8] random bytes get an error with a code, and change nothing', async () => {
  const { request, asks, errors, batches } = openSurface();
  const paths = ['/ai', '/v1/chat/completions', '/telemetry', '/api/links', '/api/deployments/north/fault'];
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), noise, async (path, bytes) => {
      const response = await request(path, { ...json(null), body: new Uint8Array(bytes) });
      expect(response.status).toBe(400);
      expect(await codeOf(response)).toBe('body_malformed');
    }),
    { numRuns: 300 },
  );
  expect([asks.asked, errors, batches]).toEqual([[], [], []]);
});

test('[H10] what failed in the router itself tells nothing of it, and the log has the cause', async () => {
  const { request, asks, errors } = openSurface();
  asks.play = () => {
    throw new Error('secret sk-provider-secret');
  };
  const response = await request('/ai', json({ prompt: 'Hi' }));
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
  expect(errors).toEqual([expect.objectContaining({ code: 'broken', request_id: expect.any(String) as string })]);
});

function lines(response: Response): { next(): Promise<string>; cancel(): Promise<void> } {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  return {
    async next() {
      const { value } = await reader.read();
      return new TextDecoder().decode(value);
    },
    cancel: () => reader.cancel(),
  };
}
