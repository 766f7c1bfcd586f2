import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { composeRouter, type ComposedRouter } from '../../../server/compose.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, hold, refuse, say } from '../../fakes/provider/script.ts';
import { readFiles } from '../config/reading.ts';
import { cleanUp, emptyFolder } from './router-start.ts';
import { json, ORIGIN } from './surface.ts';

// A whole router over real stores and real providers: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

let north: FakeProvider;
let south: FakeProvider;
let router: ComposedRouter;
/** The text of the file that is read at the next reload. */
let file: string;
let logged: object[];

const KEY = 'lk-reload-test';
const operator = { authorization: `Bearer ${KEY}` };

beforeEach(async () => {
  [north, south] = await Promise.all([startFakeProvider({ wire: 'openai' }), startFakeProvider({ wire: 'openai' })]);
  north.otherwise(answer('From the north.'));
  south.otherwise(answer('From the south.'));
  logged = [];
  file = fileOf([north]);
  const read = async () => readFiles({ 'layover.yaml': file });
  router = await composeRouter({
    configuration: await read(),
    readConfiguration: read,
    dataFolder: emptyFolder(),
    pageFolder: emptyFolder(),
    worker: 'on',
    bypass: false,
    version: 'test',
    host: '127.0.0.1',
    masterKey: KEY,
    devPage: null,
    clock: systemClock,
    random: systemRandom,
    log: { info: () => {}, warn: () => {}, error: (about) => void logged.push(about) },
  });
});

afterEach(async () => {
  await router.asks.drain(1_000);
  await router.close();
  await Promise.all([north.close(), south.close()]);
  await cleanUp();
});

/** A layover.yaml in which these providers answer `app/chat`, in this order. */
function fileOf(providers: FakeProvider[], more = 'features:\n  default: { cache: { ttl_seconds: 0 } }\n'): string {
  const entries = providers.map(
    ({ apiBase, apiKey }, index) =>
      `  - model_name: app/chat\n    litellm_params: { model: openai/m, api_base: "${apiBase}", api_key: ${apiKey}, order: ${index + 1}, stream_timeout: 20 }\n`,
  );
  return `model_list:\n${entries.join('')}${more}`;
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', operator.authorization);
  return router.app.request(new URL(path, ORIGIN).href, { ...init, headers });
}

const reload = (): Promise<Response> => request('/api/configuration/reload', { method: 'POST' });

async function askText(): Promise<string> {
  const body = (await (await request('/ai', json({ prompt: 'Hi' }))).json()) as {
    choices: { message: { content: string } }[];
  };
  return body.choices[0]?.message.content ?? '';
}

test('[K19] after a reload the next ask goes by the new configuration, while one under way ends under the old', async () => {
  const rest = gate();
  north.script([say('Good '), hold(rest), say('day.')]);
  const before = await request('/ai', json({ prompt: 'Hi', stream: true }));
  file = fileOf([south]);
  expect((await reload()).status).toBe(200);
  expect(await askText()).toBe('From the south.');
  expect(north.openConnections).toBe(1);
  rest.open();
  expect(await before.text()).toMatch(/day\.[\s\S]*data: \[DONE\]\n\n$/);
  // Nobody calls the provider that is gone any more, and nothing is kept open to it.
  await fakeClock().until(() => north.openConnections === 0, 5_000);
});

test('[K19] an ask that began before the reload still fails over within its own configuration', async () => {
  file = fileOf([north, south]);
  await reload();
  const sent = gate();
  north.script([hold(sent), ...refuse(503)], refuse(503));
  const before = request('/ai', json({ prompt: 'Hi' }));
  await north.called(1);
  file = fileOf([north]);
  await reload();
  sent.open();
  expect(await (await before).text()).toContain('From the south.');
  await fakeClock().until(() => south.openConnections === 0, 5_000);
});

test('[K18] a file that cannot be used changes nothing, and the answer says what is wrong where', async () => {
  file = fileOf([south], 'slo: { window_days: never }\n');
  const refused = await reload();
  expect(refused.status).toBe(422);
  expect(await refused.json()).toEqual({
    error: {
      message:
        'The configuration cannot be used. layover.yaml, line 4, column 21: `slo.window_days` is "never"; it must be a whole number of days from 1 to 366. Nothing was changed. Correct the file, and have it read again.',
      type: 'invalid_request_error',
      param: null,
      code: 'configuration_wrong',
    },
  });
  expect(logged).toHaveLength(1);
  expect(await askText()).toBe('From the north.');
});

test('[K20] what stays the same keeps its health; what has another key begins anew', async () => {
  north.script(refuse(401));
  expect((await request('/ai', json({ prompt: 'Hi' }))).status).toBe(503);
  const health = async (): Promise<string> => {
    const { deployments } = (await (await request('/api/deployments')).json()) as {
      deployments: { health: { kind: string } }[];
    };
    return deployments.map(({ health }) => health.kind).join();
  };
  const cooled = await health();
  expect(cooled).not.toBe('closed');
  await reload();
  expect(await health()).toBe(cooled);
  file = fileOf([north]).replace(north.apiKey, 'another-key');
  await reload();
  expect(await health()).toBe('closed');
});

test('[K21] the travel policy and the epoch follow: devices drop what a new prompt version makes void', async () => {
  const before = await request('/api/travel');
  file = fileOf([north], 'features:\n  default: { cache: { ttl_seconds: 0 }, prompt_version: 2 }\n');
  await reload();
  const after = await request('/api/travel', { headers: { 'if-none-match': before.headers.get('etag') ?? '' } });
  expect([before, after].map(({ headers }) => headers.get('x-layover-policy'))).toEqual(['1', '2']);
  expect(after.status).toBe(200);
  expect(await after.json()).toMatchObject({ epoch: 2, features: [{ prompt_version: 2 }] });
  // Read again without a change, it stays.
  await reload();
  expect((await request('/api/travel')).headers.get('x-layover-policy')).toBe('2');
});

test('[K21] hosts and origins follow', async () => {
  const origin = { origin: 'https://app.example.com' };
  const shared = async () =>
    (await request('/v1/models', { headers: origin })).headers.get('access-control-allow-origin');
  expect(await shared()).toBeNull();
  file = fileOf([north], 'general_settings: { cors_origins: ["https://app.example.com"] }\n');
  await reload();
  expect(await shared()).toBe('https://app.example.com');
});

test('[K22] an operator sees the configuration in force with every default, and no secret', async () => {
  const response = await request('/api/configuration');
  const text = await response.text();
  expect(text).not.toContain(north.apiKey);
  expect(JSON.parse(text)).toMatchObject({
    source: 'layover.yaml',
    notices: [],
    from_the_start: expect.arrayContaining(['PORT', 'HOST', 'the master key']) as unknown,
    configuration: {
      deployments: [{ id: 'app/chat#1', api_base: north.apiBase, api_key: 'set', idle_timeout_ms: 15_000 }],
      features: { default: { model: 'app/chat', cache: { ttl_seconds: 0 } } },
      general: { master_key: null },
    },
  });
  const asker = await router.app.request(`${ORIGIN}/api/configuration`);
  expect(asker.status).toBe(401);
});
