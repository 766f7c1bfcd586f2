import { afterEach, expect, test, vi } from 'vitest';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { mintAskId } from '#shared/ask-id.ts';
import type { FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { answer, cut, hold, refuse, say, type Step } from '../../fakes/provider/script.ts';
import { cleanUp } from '../http/router-start.ts';
import { codeOf, openSurface } from '../http/surface.ts';
import { openRig, type Rig } from './rig.ts';

// Whole routers over real stores: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

let rig: Rig | null = null;
afterEach(async () => {
  await rig?.close();
  rig = null;
  await cleanUp();
});

async function opened(...options: Parameters<typeof openRig>): Promise<Rig> {
  rig = await openRig(...options);
  return rig;
}

/** A body that any reading and writing again would change. */
const BODY =
  '{ "model" : "app/chat", "messages":[{"role":"user","content":"Gr\\u00fc\\u00dfe 🚆"}],"temperature":1.0, "seed":12345678901234567890,\n "top_p":1e0,"x_unknown":{"b":1,"a":[0.10]},"stream":STREAM }';

const SSE_ANSWER =
  'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Gut \\u00fc"},"finish_reason":null}]}\r\n\r\n: ping\n\ndata: {"id":"c","choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const JSON_ANSWER =
  '{ "id":"c", "choices":[{"index":0,"message":{"role":"assistant","content":"Gut"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9} }';

/** The whole of a response, byte for byte. */
function whole(type: string, body: string): Step[] {
  return refuse(200, body, {
    'content-type': type,
    'x-request-id': 'req-7',
    'x-ratelimit-remaining-tokens': '9',
    'set-cookie': 'a=b',
  });
}

function direct({ apiBase, apiKey }: FakeProvider, text: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  return fetch(`${apiBase}/chat/completions`, { method: 'POST', headers, body: text });
}

test.each([
  ['a stream', 'true', 'text/event-stream; charset=utf-8', SSE_ANSWER],
  ['JSON', 'false', 'application/json', JSON_ANSWER],
])(
  '[BY1] %s: the bytes sent and the bytes given back are those of a direct call',
  async (_what, stream, type, body) => {
    const { north, south, ask } = await opened();
    north.script(whole(type, body), whole(type, body));
    const text = BODY.replace('STREAM', stream);
    const named = text.replace('app/chat', 'north-large');
    const [theirs, ours] = [await direct(north, named), await ask(text)];
    expect(await ours.text()).toBe(await theirs.text());
    expect(north.calls).toHaveLength(2);
    expect(north.calls[1]?.raw.equals(north.calls[0]?.raw ?? Buffer.alloc(0))).toBe(true);
    expect(north.calls[1]?.raw.toString('utf8')).toBe(named);
    expect(north.calls[1]?.headers.authorization).toBe(`Bearer ${north.apiKey}`);
    expect(south.calls).toHaveLength(0);
    expect(ours.status).toBe(200);
    expect(Object.fromEntries(ours.headers)).toMatchObject({
      ...{ 'content-type': type, 'x-layover': '1', 'x-layover-degraded': 'bypass', 'x-layover-source': 'provider' },
      ...{ 'x-layover-provider': 'openai/north-large', 'x-layover-attempts': '1', 'x-layover-upstream-id': 'req-7' },
      ...{ 'x-ratelimit-remaining-tokens': '9', 'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown },
    });
    expect(ours.headers.has('set-cookie')).toBe(false);
  },
);

test('[BY1] the key, the feature, its prompt and a wish for no cache go nowhere', async () => {
  const { north, ask } = await opened({
    change: ({ features }) => {
      const feature = features.get('default');
      if (feature !== undefined) features.set('default', { ...feature, system: 'Be brief.', maxOutputTokens: 5 });
    },
  });
  const headers = { 'idempotency-key': 'order-7', 'x-layover-feature': 'default', 'cache-control': 'no-cache' };
  await (await ask('{"messages":[{"role":"user","content":"Hi"}],"max_tokens":900}', headers)).text();
  const { raw, headers: sent } = await north.called(1);
  expect(raw.toString()).toBe('{"model":"north-large","messages":[{"role":"user","content":"Hi"}],"max_tokens":900}');
  expect(Object.keys(sent)).not.toEqual(expect.arrayContaining(['idempotency-key']));
  expect(Object.keys(sent).filter((name) => name.startsWith('x-layover'))).toEqual([]);
});

test('[BY3] two asks are two calls: nothing is remembered, joined, tried again or taken elsewhere', async () => {
  const { north, south, ask, call } = await opened();
  const text = '{"messages":[{"role":"user","content":"Hi"}]}';
  for (let at = 0; at < 2; at++) await (await ask(text, { 'idempotency-key': 'same' })).text();
  expect(north.calls).toHaveLength(2);
  north.script(refuse(503, { error: { message: 'Busy.' } }, { 'retry-after': '7', 'x-should-retry': 'false' }));
  const refused = await ask(text);
  expect([refused.status, await refused.text()]).toEqual([503, '{"error":{"message":"Busy."}}']);
  expect([refused.headers.get('retry-after'), refused.headers.get('x-should-retry')]).toEqual(['7', 'false']);
  await north.die();
  const down = await ask(text);
  expect([down.status, await codeOf(down)]).toEqual([503, 'providers_down']);
  expect(south.calls).toHaveLength(0);
  expect(north.calls).toHaveLength(3);
  // It says nothing of the deployment's health: whoever comes back from bypass begins as before.
  const { deployments } = (await (await call('/api/deployments')).json()) as { deployments: { health: object }[] };
  expect(deployments.map(({ health }) => health)).toEqual([
    { kind: 'closed', recentFails: 0 },
    { kind: 'closed', recentFails: 0 },
  ]);
});

test('[BY4] what a provider refuses passes with its own status and words, but without keys', async () => {
  const { north, ask } = await opened();
  north.script(refuse(422, { error: { message: `Not with sk-abcd****wxyz or ${north.apiKey}.`, code: 'odd' } }));
  const refused = await ask('{"messages":"none"}');
  expect(refused.status).toBe(422);
  expect(await refused.json()).toEqual({ error: { message: 'Not with [key] or [key].', code: 'odd' } });
});

test('[BY4] that our own key is refused is no 401 of whoever asked', async () => {
  const { ask } = await opened({
    change: ({ deployments }) => deployments.forEach((one) => (one.apiKey = 'sk-wrong')),
  });
  const refused = await ask('{"messages":[]}');
  expect(refused.status).toBe(503);
  const { error } = (await refused.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe('providers_down');
  expect(error.message).toMatch(
    /^The router is bypassed, so the primary alone was asked\. .*`openai\/north-large` refused the key/,
  );
});

test('[BY5] an answer that breaks off breaks off here too, and is booked as incomplete', async () => {
  const { north, ask, call, router } = await opened();
  north.script([say('Half an ans'), cut()]);
  const response = await ask('{"messages":[{"role":"user","content":"Hi"}],"stream":true}');
  await expect(response.text()).rejects.toThrow();
  await router.drain(5_000);
  expect(await lastAsk(call)).toMatchObject({
    ask: { outcome: 'incomplete', problem: 'stream_incomplete', tokens_estimated: true },
    attempts: [{ status: 'cut', role: 'first' }],
  });
});

test('[BY5] whoever leaves ends the call at the provider', async () => {
  const { north, ask, call, router } = await opened();
  north.script([say('One '), hold()]);
  const leaving = new AbortController();
  const response = await ask('{"messages":[],"stream":true}', {}, leaving.signal);
  const reader = response.body?.getReader();
  await reader?.read();
  leaving.abort();
  await reader?.cancel().catch((failure: unknown) => void failure);
  const upstream = await north.called(1);
  await upstream.over;
  expect(upstream.outcome).toBe('aborted');
  await router.drain(5_000);
  expect(await lastAsk(call)).toMatchObject({ ask: { outcome: 'cancelled' }, attempts: [{ status: 'cancelled' }] });
});

test('[BY6] what it cost is booked from what the provider says, and the whole answer can be read by its id', async () => {
  const { north, ask, call, router } = await opened();
  north.script(whole('application/json', JSON_ANSWER));
  const response = await ask('{"messages":[{"role":"user","content":"Hi"}]}');
  const id = response.headers.get('x-request-id');
  await response.text();
  await router.drain(5_000);
  expect(await lastAsk(call)).toMatchObject({
    ask: {
      ...{
        request_id: id,
        run: 1,
        outcome: 'answered',
        provider: 'openai/north-large',
        delivery: 'provider',
        degraded: 'bypass',
      },
      ...{ input_tokens: 7, output_tokens: 2, tokens_estimated: false, cost_nano_usd: 11_000, failover_hops: 0 },
    },
    attempts: [{ status: 'ok', http_status: 200 }],
  });
  const kept = await call(`/ai/${id}`);
  expect(await kept.json()).toMatchObject({
    choices: [{ message: { content: 'Gut' } }],
    layover: { degraded: ['bypass'] },
  });
});

test('[BY6] every call has its row, also under one key, and the key stays free for the router', async () => {
  const { ask, call, router } = await opened({ bypass: false });
  const switched = (method: string): Promise<Response> =>
    call('/api/bypass', {
      method,
      headers: { 'content-type': 'application/json' },
      body: method === 'POST' ? '{"minutes":5}' : null,
    });
  await switched('POST');
  const id = mintAskId(systemClock, systemRandom);
  const text = '{"messages":[{"role":"user","content":"Hi"}]}';
  for (let at = 0; at < 2; at++) await (await ask(text, { 'idempotency-key': id })).text();
  await switched('DELETE');
  const routed = await ask(text, { 'idempotency-key': id });
  expect([routed.status, routed.headers.get('x-request-id')]).toEqual([200, id]);
  await routed.text();
  await router.drain(5_000);
  const { asks } = (await (await call('/api/asks')).json()) as { asks: { ask: { request_id: string } }[] };
  expect(asks).toHaveLength(3);
  expect(new Set(asks.map(({ ask: row }) => row.request_id)).size).toBe(3);
});

test.each([true, false])(
  '[BY7] a primary on another wire is asked once, in its own words; a stream: %s',
  async (stream) => {
    const { north, south, ask, call, router } = await opened({ wire: 'anthropic' });
    north.script(answer('Good ', 'day.'));
    const text = JSON.stringify({
      messages: [{ role: 'user', content: 'Hi' }],
      stream,
      stream_options: { include_usage: true },
    });
    const response = await ask(text);
    const body = await response.text();
    expect(response.headers.get('x-layover-degraded')).toBe('bypass');
    if (stream) {
      const contents = [...body.matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text);
      expect(contents.join('')).toBe('Good day.');
      expect(body).toMatch(/"usage":\{.*\n\ndata: \[DONE\]\n\n$/s);
    } else {
      expect(JSON.parse(body)).toMatchObject({
        choices: [{ message: { content: 'Good day.' }, finish_reason: 'stop' }],
        layover: { degraded: ['bypass'], attempts: 1 },
      });
    }
    expect([north.calls.length, south.calls.length]).toEqual([1, 0]);
    expect((await north.called(1)).body).toMatchObject({ model: 'north-large', messages: [{ role: 'user' }] });
    await router.drain(5_000);
    expect(await lastAsk(call)).toMatchObject({ ask: { outcome: 'answered', tokens_estimated: false } });
  },
);

test('[BY7] there too a failure is a status before the first content, and in-band after it', async () => {
  const { north, ask } = await opened({ wire: 'anthropic' });
  north.script(refuse(529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }), [
    say('Half'),
    cut(),
  ]);
  const text = '{"messages":[{"role":"user","content":"Hi"}],"stream":true}';
  const early = await ask(text);
  expect([early.status, await codeOf(early)]).toEqual([503, 'providers_down']);
  const late = await (await ask(text)).text();
  expect(late).toMatch(/"content":"Half"[\s\S]*data: \{"error":\{.*"code":"stream_incomplete"/);
  expect(late).not.toContain('[DONE]');
  const wrong = await ask('{"messages":[{"role":"nobody"}]}');
  expect([wrong.status, await codeOf(wrong)]).toEqual([400, 'body_malformed']);
  expect(north.calls).toHaveLength(2);
});

test('[BY8] an ask goes to the primary of the alias it names, else of its feature; an unknown alias is refused', async () => {
  const { north, south, ask } = await opened({
    change: ({ deployments }) => {
      const [second, first] = deployments;
      if (first !== undefined) Object.assign(first, { state: { kind: 'unconfigured', why: 'No key.' } });
      if (second === undefined) return;
      second.model = 'south-large';
      deployments.push({ ...second, id: 'other', alias: 'app/other', model: 'other-large' });
    },
  });
  await (await ask('{"messages":[]}')).text();
  await (await ask('{"model":"app/other","messages":[]}')).text();
  await (await ask('{"feature":"nobody-knows-it","messages":[]}')).text();
  expect(north.calls).toHaveLength(0);
  expect(south.calls.map(({ body }) => body['model'])).toEqual(['south-large', 'other-large', 'south-large']);
  const unknown = await ask('{"model":"gone","messages":[]}');
  expect([unknown.status, await codeOf(unknown)]).toEqual([404, 'model_unknown']);
});

test('[BY8] another name of an alias goes where the alias goes', async () => {
  const { south, ask } = await opened({
    change: ({ deployments, routing }) => {
      const [second] = deployments;
      if (second !== undefined) deployments.push({ ...second, id: 'other', alias: 'app/other', model: 'other-large' });
      routing.modelAliases = new Map([['gpt-for-all', { model: 'app/other', hidden: false }]]);
    },
  });
  await (await ask('{"model":"gpt-for-all","messages":[]}')).text();
  expect(south.calls.map(({ body }) => body['model'])).toEqual(['other-large']);
});

test('[BY8] keys, hosts and the size and form of a body are still checked', async () => {
  const { ask, north } = await opened();
  expect((await ask('{}', { authorization: 'Bearer wrong' })).status).toBe(401);
  expect((await ask('{}', { host: 'evil.example' })).status).toBe(403);
  expect((await ask(`{"a":"${'x'.repeat(1_000_001)}"}`)).status).toBe(413);
  for (const text of ['{', '[]', '7', '{"a":1}x']) expect((await ask(text)).status).toBe(400);
  expect((await ask('{}', { 'content-type': 'text/plain' })).status).toBe(400);
  expect(north.calls).toHaveLength(0);
});

test('[BY8] a virtual key is checked as ever, with the features it is bound to and the user it may name', async () => {
  const { ask, call, north, router } = await opened();
  const made = await call('/api/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'app', tenant: 'acme', user: 'app', features: ['default'], names_users: true }),
  });
  const { token } = (await made.json()) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  const refused = await ask('{"feature":"other","messages":[]}', headers);
  expect([refused.status, await codeOf(refused)]).toEqual([403, 'not_allowed']);
  await (await ask('{"user":"ann","messages":[]}', headers)).text();
  await router.drain(5_000);
  expect(north.calls).toHaveLength(1);
  expect(await lastAsk(call)).toMatchObject({ ask: { tenant_id: 'acme', user_id: 'ann', feature: 'default' } });
});

test('[BY9] by hand it lasts as long as was said, can be ended before, and is for operators', async () => {
  const { request, plain, signIn, clock } = openSurface();
  const state = async (method = 'GET', body?: object): Promise<unknown> => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return (await request('/api/bypass', { method, ...init })).json();
  };
  const off = { state: 'off', by: null, since_ms: null, until_ms: null, primary: null };
  expect(await state()).toEqual(off);
  const sinceMs = clock.now();
  const on = { ...off, state: 'on', by: 'operator', since_ms: sinceMs, until_ms: sinceMs + 600_000 };
  expect(await state('POST', { minutes: 10 })).toEqual(on);
  await clock.advance(599_999);
  expect(await state()).toEqual(on);
  await clock.advance(1);
  expect(await state()).toEqual(off);
  await state('POST', { minutes: 10 });
  expect(await state('DELETE')).toEqual(off);
  for (const minutes of [0, 1441, '10']) expect(await state('POST', { minutes })).toHaveProperty('error');
  const cookie = await signIn();
  expect((await plain('/api/bypass', { headers: { cookie } })).status).toBe(403);
});

test('[BY9] turned on by hand it takes the very next ask past the router, and the one after its end through it', async () => {
  const { north, ask, call, said } = await opened({ bypass: false });
  const degraded = async (): Promise<string | null> => {
    const response = await ask('{"messages":[{"role":"user","content":"Hi"}]}');
    await response.text();
    return response.headers.get('x-layover-degraded');
  };
  const headers = { 'content-type': 'application/json' };
  expect(await degraded()).toBeNull();
  const on = await call('/api/bypass', { method: 'POST', headers, body: '{"minutes":5}' });
  expect(await on.json()).toMatchObject({ state: 'on', by: 'operator', primary: 'openai/north-large' });
  expect(await degraded()).toBe('bypass');
  await call('/api/bypass', { method: 'DELETE' });
  expect(await degraded()).toBeNull();
  // The third is answered from memory, as the first was remembered: bypass read and wrote nothing there.
  expect(north.calls).toHaveLength(2);
  expect(said.map(({ sentence }) => sentence)).toEqual(
    expect.arrayContaining(['The router is bypassed by hand.', 'The bypass was turned off by hand.']),
  );
});

test('[BY9] what the environment holds on cannot be turned off by hand', async () => {
  const { call } = await opened();
  const state: unknown = await (await call('/api/bypass', { method: 'DELETE' })).json();
  expect(state).toEqual({
    state: 'on',
    by: 'environment',
    since_ms: null,
    until_ms: null,
    primary: 'openai/north-large',
  });
});

async function lastAsk(call: Rig['call']): Promise<unknown> {
  const { asks } = (await (await call('/api/asks')).json()) as { asks: unknown[] };
  expect(asks).not.toHaveLength(0);
  return asks[0];
}
