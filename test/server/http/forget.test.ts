import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test, vi } from 'vitest';
import { mintAskId } from '#shared/ask-id.ts';
import { composeRouter, type ComposedRouter } from '../../../server/compose.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, finish, hold, say } from '../../fakes/provider/script.ts';
import { seededRandom } from '../../fakes/random.ts';
import { read } from '../config/reading.ts';
import { cleanUp, emptyFolder } from './router-start.ts';
import { codeOf, cookieOf } from './surface.ts';

// Whole routers, each with a database thread of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const ORIGIN = 'http://127.0.0.1:4280';
const master = { authorization: 'Bearer lk-forget-test' };
const open: (ComposedRouter | FakeProvider)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await cleanUp();
});

interface Rig {
  router: ComposedRouter;
  provider: FakeProvider;
  folder: string;
  clock: ReturnType<typeof fakeClock>;
  post: (path: string, body: object, headers?: Record<string, string>) => Promise<Response>;
  /** The `Cookie` of somebody who opened a link. */
  signIn: (user: string, tenant?: string) => Promise<Record<string, string>>;
}

async function start(): Promise<Rig> {
  const folder = emptyFolder();
  const clock = fakeClock();
  const provider = await startFakeProvider({ wire: 'openai' });
  const { apiBase, apiKey } = provider;
  const yaml = `model_list:
  - {model_name: app/chat, litellm_params: {model: openai/m, api_key: ${apiKey}, api_base: "${apiBase}", input_cost_per_token: 1e-6, output_cost_per_token: 1e-6}}
features:
  default: {device: {store: store}}
`;
  const router = await composeRouter({
    configuration: read(yaml),
    dataFolder: folder,
    pageFolder: emptyFolder(),
    host: '127.0.0.1',
    masterKey: 'lk-forget-test',
    devPage: null,
    version: '0.0.0',
    worker: 'on',
    clock,
    random: seededRandom(),
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  open.unshift(router, provider);
  const request = async (path: string, init: RequestInit): Promise<Response> => router.app.request(ORIGIN + path, init);
  return {
    ...{ router, provider, folder, clock },
    post: (path, body, headers = master) =>
      request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    async signIn(user, tenant = 'acme') {
      const { token } = await router.callers.makeLink({ tenant, user, role: 'asker', guest: false }, 60_000);
      return { cookie: cookieOf(await request(`/link/${token}`, {})), origin: ORIGIN };
    },
  };
}

/** Every place of the database in which a text stands. */
function placesOf(folder: string, text: string): string[] {
  const database = new Database(join(folder, 'layover.db'), { readonly: true });
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  const found = tables.filter((table) =>
    (database.prepare(`SELECT * FROM "${table}"`).all() as object[]).some((row) =>
      Object.values(row).some((value) => String(value).includes(text)),
    ),
  );
  database.close();
  return found.sort();
}

function bytesOf(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.startsWith('layover.db'))
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('');
}

async function figures(folder: string): Promise<unknown> {
  const database = new Database(join(folder, 'layover.db'), { readonly: true });
  const sums = database
    .prepare('SELECT tenant_id, count(*), sum(cost_nano_usd) FROM ledger_ask GROUP BY 1 ORDER BY 1')
    .raw()
    .all();
  const spent = database
    .prepare('SELECT tenant_id, kind, sum(spent_nano_usd) FROM budget GROUP BY 1, 2 ORDER BY 1, 2')
    .raw()
    .all();
  database.close();
  return { sums, spent };
}

test('[UK4] somebody who is forgotten is nowhere in the database and nowhere in its bytes; others and every sum are as before', async () => {
  const { post, signIn, provider, folder, router } = await start();
  provider.script(answer('unmistakable'), answer('of somebody else'));
  const ada = await signIn('ada-lovelace');
  const bob = await signIn('bob');
  await router.callers.makeLink({ tenant: 'acme', user: 'ada-lovelace', role: 'asker', guest: false }, 60_000);
  await post('/api/keys', { tenant: 'acme', user: 'ada-lovelace', name: 'hers' });
  const key = mintAskId(fakeClock(), seededRandom(5));
  expect((await post('/ai', { prompt: 'A question' }, { ...ada, 'idempotency-key': key })).status).toBe(200);
  await post('/ai', { prompt: 'Another' }, bob);
  await post('/telemetry', telemetry(key), ada);
  await router.asks.drain(1_000);
  const known = placesOf(folder, 'ada-lovelace');
  expect(known).toEqual(
    expect.arrayContaining(['answer', 'api_key', 'ask', 'budget', 'device_event', 'ledger_ask', 'link', 'session']),
  );
  const before = await figures(folder);

  const response = await post('/api/forget', { tenant: 'acme', user: 'ada-lovelace' });
  expect([response.status, await response.json()]).toEqual([
    200,
    { keys: 1, links: 1, sessions: 1, stopped: 0, journal: 1, answers: 1, ledger: 2 },
  ]);
  expect(response.headers.get('x-layover-policy')).toBe('2');
  expect(placesOf(folder, 'ada-lovelace')).toEqual([]);
  const bytes = bytesOf(folder);
  expect(bytes).toContain('of somebody else');
  expect(bytes).not.toMatch(/ada-lovelace|unmistakable/);
  expect(await figures(folder)).toEqual(before);

  const again = await post('/api/forget', { tenant: 'acme', user: 'ada-lovelace' });
  expect(await again.json()).toEqual({
    ...{ keys: 0, links: 0, sessions: 0, stopped: 0, journal: 0, answers: 0, ledger: 0 },
  });
  expect(again.headers.get('x-layover-policy')).toBe('2');
});

test('[UK5] what runs is stopped first, is read by nobody, and is booked under the pseudonym', async () => {
  const { post, signIn, provider, folder, router } = await start();
  const middle = gate();
  provider.script([say('unmistakable'), hold(middle), finish()]);
  const ada = await signIn('ada-lovelace');
  const key = mintAskId(fakeClock(), seededRandom(5));
  const running = await post('/ai', { prompt: 'Hi', stream: true }, { ...ada, 'idempotency-key': key });
  expect(running.status).toBe(200);
  const forgetting = post('/api/forget', { tenant: 'acme', user: 'ada-lovelace' });
  expect(await running.text()).toContain('"code":"cancelled"');
  expect(await (await forgetting).json()).toMatchObject({ stopped: 1, journal: 1 });
  middle.open();
  await router.asks.drain(1_000);
  const database = new Database(join(folder, 'layover.db'), { readonly: true });
  const rows = database.prepare('SELECT user_id, outcome FROM ledger_ask').all();
  database.close();
  expect(rows).toEqual([{ user_id: expect.stringMatching(/^~[0-9a-f]{16}$/) as string, outcome: 'cancelled' }]);
  expect(placesOf(folder, 'ada-lovelace')).toEqual([]);
  expect(placesOf(folder, 'unmistakable')).toEqual([]);
});

test('[UK5] an answer that somebody else waits for too is finished for them, and is theirs', async () => {
  const { post, signIn, provider, folder, router } = await start();
  const middle = gate();
  provider.script([say('Good '), hold(middle), say('day.'), finish()]);
  const ada = await signIn('ada-lovelace');
  const bob = await signIn('bob');
  const first = await post('/ai', { prompt: 'Hi', stream: true }, ada);
  const second = await post('/ai', { prompt: 'Hi', stream: true }, bob);
  const forgotten = await post('/api/forget', { tenant: 'acme', user: 'ada-lovelace' });
  expect(await forgotten.json()).toMatchObject({ stopped: 1 });
  middle.open();
  expect(await second.text()).toContain('day.');
  expect(await first.text()).toContain('cancelled');
  await router.asks.drain(1_000);
  expect(placesOf(folder, 'ada-lovelace')).toEqual([]);
  expect(placesOf(folder, 'Good ')).toEqual(expect.arrayContaining(['answer']));
});

test('[UK6] a tenant without a user stands for everybody in it, and for nobody elsewhere', async () => {
  const { post, signIn, provider, folder, router } = await start();
  provider.script(...Array.from({ length: 3 }, () => answer('Good day.')));
  for (const [user, tenant] of [
    ['ada-lovelace', 'acme'],
    ['charles-babbage', 'acme'],
    ['grace-hopper', 'other'],
  ] as const)
    expect((await post('/ai', { prompt: `Hi from ${user.length}` }, await signIn(user, tenant))).status).toBe(200);
  await router.asks.drain(1_000);
  const before = await figures(folder);
  expect(await (await post('/api/forget', { tenant: 'acme' })).json()).toMatchObject({ sessions: 2, ledger: 2 });
  expect(placesOf(folder, 'ada-lovelace')).toEqual([]);
  expect(placesOf(folder, 'charles-babbage')).toEqual([]);
  expect(placesOf(folder, 'grace-hopper')).toContain('session');
  const sums = (await figures(folder)) as { spent: unknown };
  expect(sums).toEqual(before);
});

test('[UK7] a browser that was signed in as somebody who is forgotten is told so, and only that', async () => {
  const { post, signIn, router } = await start();
  const ada = await signIn('ada-lovelace');
  const key = (await (await post('/api/keys', { tenant: 'acme', user: 'ada-lovelace' })).json()) as { token: string };
  await post('/api/forget', { tenant: 'acme', user: 'ada-lovelace' });
  for (const [method, path] of [
    ['GET', '/api/travel'],
    ['POST', '/ai'],
    ['POST', '/api/session'],
  ] as const) {
    const response = await router.app.request(ORIGIN + path, { method, headers: ada });
    expect([response.status, await codeOf(response)], path).toEqual([401, 'person_forgotten']);
  }
  const out = await router.app.request(`${ORIGIN}/api/session`, { method: 'DELETE', headers: ada });
  expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
  const byKey = await post('/ai', { prompt: 'Hi' }, { authorization: `Bearer ${key.token}` });
  expect([byKey.status, await codeOf(byKey)]).toEqual([401, 'key_unknown']);
});

test('[UK4] only an operator has somebody forgotten, and names whom', async () => {
  const { post, signIn } = await start();
  const refused = await post('/api/forget', { tenant: 'acme', user: 'bob' }, await signIn('ada-lovelace'));
  expect([refused.status, await codeOf(refused)]).toEqual([403, 'not_allowed']);
  for (const body of [{}, { user: 'bob' }, { tenant: 'acme', usr: 'bob' }, { tenant: '' }]) {
    const response = await post('/api/forget', body);
    expect([response.status, await codeOf(response)], JSON.stringify(body)).toEqual([400, 'body_malformed']);
  }
});

function telemetry(askId: string): object {
  return {
    batch_id: mintAskId(fakeClock(), seededRandom(11)),
    sent_at_ms: 1_000,
    dropped: 0,
    events: [
      {
        event_id: mintAskId(fakeClock(), seededRandom(12)),
        ask_id: askId,
        kind: 'ask-ended',
        feature: 'default',
        outcome: 'answered',
        source: 'provider',
        network: 'ok',
        asked_at_ms: 1_000,
        first_token_ms: 1,
        total_ms: 2,
        waited_ms: 0,
        tries: 1,
        resumes: 0,
        saved_age_ms: null,
        simulated: false,
      },
    ],
  };
}
