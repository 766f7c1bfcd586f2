import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { askEndedSchema, MAX_EVENTS_PER_BATCH } from '#shared/telemetry.ts';
import { deploymentListSchema, deploymentSchema, recentAsksSchema, sloReportSchema } from '#shared/console-wire.ts';
import { travelPolicySchema } from '#shared/travel-policy.ts';
import { Problem } from '#shared/problem.ts';
import { codeOf, json, openSurface, ORIGIN } from './surface.ts';

test('[H15] the aliases with a configured deployment are the models', async () => {
  const { request, plain } = openSurface();
  expect(await (await request('/v1/models')).json()).toEqual({
    object: 'list',
    data: [{ id: 'app/chat', object: 'model', created: 0, owned_by: 'layover' }],
  });
  expect(await (await request('/v1/models/app/chat')).json()).toMatchObject({ id: 'app/chat' });
  expect(await (await request('/v1/models/app%2Fchat')).json()).toMatchObject({ id: 'app/chat' });
  expect(await codeOf(await request('/v1/models/gpt-9'))).toBe('model_unknown');
  expect(await codeOf(await request('/v1/models/%E0%A4%A'))).toBe('model_unknown');
  expect((await plain('/v1/models')).status).toBe(401);
});

test.each(['/v1/responses', '/v1/messages', '/v1/embeddings'])('[H16] %s is an honest 501', async (path) => {
  const { request } = openSurface();
  const response = await request(path, json({}));
  expect([response.status, response.headers.get('x-should-retry'), await codeOf(response)]).toEqual([
    501,
    'false',
    'not_served',
  ]);
});

test.each(['/v1/nothing', '/v1', '/api/nothing', '/ai/x/y', '/telemetry/x'])(
  '[H16] %s is 404 in JSON',
  async (path) => {
    const { request } = openSurface();
    const response = await request(path, { headers: { accept: 'text/html' } });
    expect([response.status, await codeOf(response)]).toEqual([404, 'route_unknown']);
  },
);

test('[H16] a wrong method is 405 with the right ones', async () => {
  const { request } = openSurface();
  const response = await request('/ai', { method: 'PUT' });
  expect([response.status, response.headers.get('allow'), await codeOf(response)]).toEqual([
    405,
    'POST',
    'method_unknown',
  ]);
});

test('[H17] the process is well without a key; ready needs a deployment for each alias and the database', async () => {
  const { plain, request } = openSurface();
  const health = await plain('/healthz');
  expect([health.status, await health.json(), health.headers.get('x-layover')]).toEqual([200, { ok: true }, '1']);
  expect((await request('/readyz')).status).toBe(200);
  const broken = openSurface({
    parts: { checkDatabase: () => Promise.reject(new Problem('storage_failed', 'The disk is full.')) },
  });
  const response = await broken.plain('/readyz');
  expect([response.status, await response.json()]).toEqual([
    503,
    { ok: false, reasons: ['The database does not answer.'] },
  ]);
  const resting = openSurface({
    parts: {
      deployments: {
        forgive: () => undefined,
        views: () => [
          {
            id: 'north',
            alias: 'app/chat',
            name: 'north',
            wire: 'openai',
            order: 1,
            weight: 1,
            demo: false,
            health: { kind: 'open', untilMs: 1, why: '503' },
            fault: null,
          },
        ],
      },
    },
  });
  expect((await resting.plain('/readyz')).status).toBe(503);
});

test('[H18] every response is proved ours and kept safe', async () => {
  const { plain } = openSurface();
  for (const path of ['/healthz', '/nowhere', '/api/slo']) {
    expect(Object.fromEntries((await plain(path)).headers)).toMatchObject({
      'x-layover': '1',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/) as string,
    });
  }
});

const event = (more: object = {}) => ({
  event_id: randomUUID(),
  ask_id: randomUUID(),
  kind: 'ask-ended',
  feature: 'default',
  outcome: 'answered',
  source: 'saved',
  network: 'offline',
  asked_at_ms: 1_000,
  first_token_ms: 4,
  total_ms: 5,
  waited_ms: 0,
  tries: 1,
  resumes: 0,
  saved_age_ms: 60_000,
  simulated: false,
  ...more,
});

test('[T3] a batch of a device is kept under its session, with how far its clock is off', async () => {
  const { plain, signIn, batches, clock } = openSurface();
  const headers = { cookie: await signIn({ tenant: 'acme', user: 'ada' }), origin: ORIGIN };
  const batch = { sent_at_ms: clock.now() + 5_000, dropped: 2, batch_id: randomUUID(), events: [event()] };
  const response = await plain('/telemetry', json({ ...batch, tenant: 'other' }, headers));
  expect([response.status, await response.json()]).toEqual([200, { accepted: 1, repeated: 0 }]);
  expect(batches).toEqual([
    {
      tenant: 'acme',
      user: 'ada',
      batchId: batch.batch_id,
      dropped: 2,
      skewMs: 5_000,
      receivedAtMs: clock.now(),
      events: batch.events.map((each) => askEndedSchema.parse(each)),
    },
  ]);
});

test('[T3] a wrong or too large batch is refused whole', async () => {
  const { request, plain, batches } = openSurface();
  const batch = (events: object[]) => ({ sent_at_ms: 1, dropped: 0, batch_id: randomUUID(), events });
  const wrong = [
    batch([event(), event({ outcome: 'lost' })]),
    batch(Array.from({ length: MAX_EVENTS_PER_BATCH + 1 }, () => event())),
    batch([event({ first_token_ms: -1 })]),
    { ...batch([]), batch_id: 'x' },
  ];
  for (const body of wrong) expect(await codeOf(await request('/telemetry', json(body)))).toBe('body_malformed');
  expect((await plain('/telemetry', json(batch([event()])))).status).toBe(401);
  expect(batches).toEqual([]);
});

test('[T1] the policy tells a device what it needs, and nobody’s name', async () => {
  const { plain, signIn } = openSurface();
  const response = await plain('/api/travel', { headers: { cookie: await signIn({ tenant: 'acme', user: 'ada' }) } });
  const text = await response.text();
  const policy = travelPolicySchema.parse(JSON.parse(text));
  expect(policy).toMatchObject({ epoch: 3, role: 'asker', guest: false, default_feature: 'default', simulator: false });
  expect(policy.limits).toMatchObject({ first_token_saved_ms: 3_000, first_token_none_ms: 30_000, outbox_days: 6 });
  expect(text).not.toMatch(/acme|"ada"/);
  expect(response.headers.get('x-layover-policy')).toBe('3');
});

test('[T1] the same user name in two tenants is two users', async () => {
  const { plain, signIn } = openSurface();
  const hashes = await Promise.all(
    ['acme', 'other'].map(async (tenant) => {
      const response = await plain('/api/travel', { headers: { cookie: await signIn({ tenant, user: 'ada' }) } });
      return travelPolicySchema.parse(await response.json()).user_hash;
    }),
  );
  expect(new Set(hashes).size).toBe(2);
});

test('[T2] a device that has it is told so', async () => {
  const { plain, signIn } = openSurface();
  const cookie = await signIn();
  const first = await plain('/api/travel', { headers: { cookie } });
  const etag = first.headers.get('etag') ?? '';
  const again = await plain('/api/travel', { headers: { cookie, 'if-none-match': `"x", W/${etag}` } });
  expect([again.status, await again.text(), again.headers.get('x-layover-policy')]).toEqual([304, '', '3']);
  const other = await plain('/api/travel', {
    headers: { cookie: await signIn({ user: 'bob' }), 'if-none-match': etag },
  });
  expect(other.status).toBe(200);
});

test.each([{ dev: true }, {}])('[T1] the simulator is for dev, the demo and where it is switched on', async (parts) => {
  const { request, configuration } = openSurface({ parts });
  const simulator = async () => travelPolicySchema.parse(await (await request('/api/travel')).json()).simulator;
  expect(await simulator()).toBe(parts.dev ?? false);
  configuration.demo = true;
  expect(await simulator()).toBe(true);
});

test('[T4] the figures, the deployments and the last asks are for operators', async () => {
  const { request, plain, signIn } = openSurface();
  const cookie = await signIn();
  for (const path of ['/api/slo', '/api/deployments', '/api/asks']) {
    expect((await plain(path)).status).toBe(401);
    const refused = await plain(path, { headers: { cookie } });
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'not_allowed']);
  }
  const slo = sloReportSchema.parse(await (await request('/api/slo')).json());
  expect(slo.router.success_percent).toMatchObject({ value: 100, n: 40 });
  expect(slo.window.to_ms - slo.window.from_ms).toBe(30 * 86_400_000);
  recentAsksSchema.parse(await (await request('/api/asks?limit=200')).json());
  for (const limit of ['0', '201', 'x', '-1', '1e2']) {
    expect((await request(`/api/asks?limit=${limit}`)).status).toBe(400);
  }
});

test('[H19] a fault is laid over a deployment for its lease, and taken off', async () => {
  const { request, clock } = openSurface();
  const fault = async () => {
    const text = await (await request('/api/deployments')).text();
    expect(text).not.toContain('sk-provider-secret');
    return deploymentListSchema.parse(JSON.parse(text)).deployments[0]?.fault;
  };
  const path = '/api/deployments/north/fault';
  const laid = deploymentSchema.parse(await (await request(path, json({ kind: 'blocked', minutes: 5 }))).json());
  expect(laid.fault).toEqual({ kind: 'blocked', untilMs: clock.now() + 300_000 });
  expect(await fault()).not.toBeNull();
  expect((await request(path, { method: 'DELETE' })).status).toBe(200);
  expect(await fault()).toBeNull();
  await request(path, json({ kind: 'slow-first-token', minutes: 1, delay_ms: 4_000 }));
  await clock.advance(60_000);
  expect(await fault()).toBeNull();
});

test('[H19] a fault needs a deployment, a kind and a bounded lease', async () => {
  const { request } = openSurface();
  const fault = (id: string, body: object) => request(`/api/deployments/${id}/fault`, json(body));
  expect((await fault('west', { kind: 'blocked', minutes: 5 })).status).toBe(404);
  for (const body of [{ kind: 'fire', minutes: 5 }, { kind: 'blocked' }, { kind: 'blocked', minutes: 0 }]) {
    expect((await fault('north', body)).status).toBe(400);
  }
  expect((await fault('north', { kind: 'blocked', minutes: 31 })).status).toBe(400);
});
