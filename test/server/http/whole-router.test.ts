import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { mintAskId } from '#shared/ask-id.ts';
import { recentAsksSchema, sloReportSchema } from '#shared/console-wire.ts';
import { composeRouter, type ComposedRouter } from '../../../server/compose.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { answer, cut, refuse, say } from '../../fakes/provider/script.ts';
import { cleanUp, emptyFolder } from './router-start.ts';
import { codeOf, cookieOf, json, openSurface, ORIGIN } from './surface.ts';

// A whole router over real stores and a real provider: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

let north: FakeProvider;
let south: FakeProvider;
let router: ComposedRouter;
let ada: Record<string, string>;
let bob: Record<string, string>;
let operator: Record<string, string>;

beforeEach(async () => {
  [north, south] = await Promise.all([startFakeProvider({ wire: 'openai' }), startFakeProvider({ wire: 'openai' })]);
  const { configuration } = openSurface();
  const [first, second] = configuration.deployments;
  if (first === undefined || second === undefined) throw new Error('The configuration has two deployments.');
  Object.assign(first, { apiBase: north.apiBase, apiKey: north.apiKey });
  Object.assign(second, { apiBase: south.apiBase, apiKey: south.apiKey });
  router = await composeRouter({
    configuration,
    dataFolder: emptyFolder(),
    pageFolder: emptyFolder(),
    worker: 'on',
    host: '127.0.0.1',
    bypass: false,
    masterKey: 'lk-whole-test',
    devPage: null,
    version: '0.1.0',
    clock: systemClock,
    random: systemRandom,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  operator = { authorization: 'Bearer lk-whole-test' };
  ada = await signIn('acme', 'ada');
  bob = await signIn('acme', 'bob');
});

afterEach(async () => {
  await router.asks.drain(1_000);
  await router.close();
  await Promise.all([north.close(), south.close()]);
  await cleanUp();
});

test('[H13] an ask is read and stopped by whoever asked, and by nobody else', async () => {
  const id = mintAskId(systemClock, systemRandom);
  const asked = await post('/ai', { prompt: 'Hi' }, { ...ada, 'idempotency-key': id });
  expect(asked.headers.get('x-request-id')).toBe(id);
  expect((await get(`/ai/${id}`, ada)).status).toBe(200);
  const stranger = await signIn('other', 'ada');
  for (const headers of [bob, stranger, operator]) {
    expect((await get(`/ai/${id}`, headers)).status).toBe(404);
    expect((await call(`/ai/${id}`, { method: 'DELETE', headers })).status).toBe(404);
  }
  const over = await call(`/ai/${id}`, { method: 'DELETE', headers: ada });
  expect(await over.json()).toEqual({ id, layover: { state: 'answered' } });
});

test('[H12] a stream goes on where it was left, without a gap or a repeat', async () => {
  const id = mintAskId(systemClock, systemRandom);
  north.script(answer('Good ', 'day ', 'to you.'));
  const whole = await (await post('/ai', { prompt: 'Hi', stream: true }, { ...ada, 'idempotency-key': id })).text();
  const events = whole.split('\n\n').filter((event) => event.startsWith('id: '));
  for (let after = 0; after <= events.length; after++) {
    const rest = await get(`/ai/${id}?after=${after}`, { ...ada, accept: 'text/event-stream' });
    expect((await rest.text()).split('\n\n').filter((event) => event !== '')).toEqual([
      ...events.slice(after),
      'data: [DONE]',
    ]);
  }
  expect(north.calls).toHaveLength(1);
});

test('[H4] one key is one ask: the same again costs nothing, another is 422', async () => {
  const headers = { ...ada, 'idempotency-key': mintAskId(systemClock, systemRandom), 'cache-control': 'no-cache' };
  const first: unknown = await (await post('/ai', { prompt: 'Hi' }, headers)).json();
  expect(await (await post('/v1/chat/completions', { prompt: 'Hi' }, headers)).json()).toEqual(first);
  const other = await post('/ai', { prompt: 'Something else' }, headers);
  expect([other.status, await codeOf(other), other.headers.get('x-should-retry')]).toEqual([
    422,
    'key_reused',
    'false',
  ]);
  expect(north.calls).toHaveLength(1);
});

test('[H5] the second provider answers when the first does not, and the headers say so', async () => {
  north.otherwise(refuse(503));
  const response = await post('/ai', { prompt: 'Hi' }, ada);
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-layover-provider': 'openai/south-large',
    'x-layover-hops': '1',
    'x-layover-attempts': '3',
  });
  const recent = recentAsksSchema.parse(await (await get('/api/asks', operator)).json());
  expect(recent.asks[0]?.attempts.map(({ provider, status }) => [provider, status])).toEqual([
    ['openai/north-large', 'rejected'],
    ['openai/north-large', 'rejected'],
    ['openai/south-large', 'ok'],
  ]);
});

test('[H4] when nobody answers the status is true, for a stream and for JSON', async () => {
  north.otherwise(refuse(401));
  south.otherwise(refuse(401));
  for (const stream of [true, false]) {
    const response = await post('/ai', { prompt: 'Hi', stream }, ada);
    expect([response.status, await codeOf(response)]).toEqual([503, 'providers_down']);
  }
});

test('[H4] an answer that breaks off after content says so in its stream', async () => {
  const broken = [say('Good '), cut()];
  north.otherwise(broken);
  south.otherwise(broken);
  const text = await (await post('/ai', { prompt: 'Hi', stream: true }, ada)).text();
  expect(text).toContain('"code":"stream_incomplete"');
  expect(text).not.toContain('[DONE]');
  // The hint is said once.
  expect(text.match(/Ask again for the whole/g)?.length ?? 0).toBeLessThanOrEqual(1);
});

test('[T3] a device’s events count once, whichever batch brings them, and the SLO shows them beside the router’s', async () => {
  const events = Array.from({ length: 25 }, () => {
    const id = randomUUID();
    return {
      ...{ event_id: id, ask_id: id, kind: 'ask-ended', feature: 'default', outcome: 'answered', source: 'saved' },
      ...{ network: 'offline', asked_at_ms: Date.now(), first_token_ms: 12, total_ms: 20, waited_ms: 0 },
      ...{ tries: 1, resumes: 0, saved_age_ms: 60_000, simulated: false },
    };
  });
  const batch = (from: number) => ({
    sent_at_ms: Date.now(),
    dropped: 0,
    batch_id: randomUUID(),
    events: events.slice(from),
  });
  expect(await (await post('/telemetry', batch(5), ada)).json()).toEqual({ accepted: 20, repeated: 0 });
  expect(await (await post('/telemetry', batch(0), ada)).json()).toEqual({ accepted: 5, repeated: 20 });
  const report = sloReportSchema.parse(await (await get('/api/slo', operator)).json());
  expect(report.device).toMatchObject({ success_percent: { value: 100, n: 25 }, saved: 25 });
  expect(report.device.first_token_p95_seconds.value).toBe(0.012);
  expect(report.router.success_percent).toMatchObject({ value: null, n: 0 });
});

test('[I7] a session that ended opens nothing', async () => {
  expect((await call('/api/session', { method: 'DELETE', headers: ada })).status).toBe(204);
  expect(await codeOf(await post('/ai', { prompt: 'Hi' }, ada))).toBe('signed_out');
});

async function call(path: string, init: RequestInit): Promise<Response> {
  return router.app.request(new URL(path, ORIGIN).href, init);
}

function get(path: string, headers: Record<string, string>): Promise<Response> {
  return call(path, { headers });
}

function post(path: string, body: object, headers: Record<string, string>): Promise<Response> {
  return call(path, json(body, headers));
}

async function signIn(tenant: string, user: string): Promise<Record<string, string>> {
  const made = await post('/api/links', { role: 'asker', tenant, user }, operator);
  const { url } = (await made.json()) as { url: string };
  return { cookie: cookieOf(await get(new URL(url).pathname, {})), origin: ORIGIN };
}
