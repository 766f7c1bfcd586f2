import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { fakeClock } from '../../fakes/clock.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { hold, say } from '../../fakes/provider/script.ts';
import { cleanUp, emptyFolder, startRouter, type RouterStart } from './router-start.ts';
import { cookieOf, json } from './surface.ts';

// Whole routers, each with a process or a database thread of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const KEY = { LAYOVER_MASTER_KEY: 'lk-start-test' };
const bearer = { authorization: 'Bearer lk-start-test' };
const CONSOLE_LINK = /(http:\/\/127\.0\.0\.1:\d+)\/link\/[\w-]{43}/;

let provider: FakeProvider | null = null;
afterEach(async () => {
  await cleanUp();
  await provider?.close();
  provider = null;
});

async function startWithProvider(more = ''): Promise<{ router: RouterStart; provider: FakeProvider; origin: string }> {
  provider = await startFakeProvider({ wire: 'openai' });
  const folder = emptyFolder();
  const entry = `{ model: openai/north, api_base: "${provider.apiBase}", api_key: ${provider.apiKey}, stream_timeout: 20${more} }`;
  writeFileSync(
    join(folder, 'layover.yaml'),
    `model_list:\n  - model_name: app/chat\n    litellm_params: ${entry}\nfeatures:\n  default: { model: app/chat }\n`,
  );
  const router = startRouter(KEY, folder);
  const [, origin = ''] = await router.until(CONSOLE_LINK);
  return { router, provider, origin };
}

test('[H23] on an empty folder the demo answers; the printed link signs an operator in, once', async () => {
  const router = startRouter();
  const [link, origin = ''] = await router.until(CONSOLE_LINK);
  expect(router.said.out).toContain(`Ask:      ${origin}/\n`);
  const signIn = await fetch(link, { redirect: 'manual' });
  expect([signIn.status, signIn.headers.get('location')]).toEqual([303, '/console']);
  const headers = { cookie: cookieOf(signIn), origin };
  const answer = await fetch(`${origin}/ai`, json({ prompt: 'Hello' }, headers));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ layover: { source: 'provider', demo: true } });
  expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  expect((await fetch(link, { redirect: 'manual' })).status).toBe(401);
  expect(statSync(join(router.folder, '.layover', 'master-key')).mode & 0o777).toBe(0o600);
  router.child.kill('SIGTERM');
  expect(await router.over).toBe(0);
  const lines = router.said.err.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'An ask ended.', ask: { outcome: 'answered' } });
  expect(router.said.err).not.toContain('Hello');
});

test('[H23] a session survives a restart', async () => {
  const first = startRouter();
  const [link] = await first.until(CONSOLE_LINK);
  const cookie = cookieOf(await fetch(link, { redirect: 'manual' }));
  first.child.kill('SIGTERM');
  await first.over;
  const second = startRouter({ PORT: new URL(link).port }, first.folder);
  const [, origin = ''] = await second.until(CONSOLE_LINK);
  expect((await fetch(`${origin}/api/slo`, { headers: { cookie } })).status).toBe(200);
});

test('[H23] on a signal an answer under way is finished, and no new ask is taken', async () => {
  const { router, provider, origin } = await startWithProvider();
  const rest = gate();
  provider.script([say('Good '), hold(rest), say('day.')]);
  const answer = await fetch(`${origin}/ai`, json({ prompt: 'Hi', stream: true }, bearer));
  router.child.kill('SIGTERM');
  await router.until(/Stopping/);
  const refused = await fetch(`${origin}/ai`, json({ prompt: 'Another' }, bearer));
  expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([503, 'true']);
  rest.open();
  expect(await answer.text()).toMatch(/day\.[\s\S]*data: \[DONE\]\n\n$/);
  expect(await router.over).toBe(0);
});

test('[H23] one stop that arrives twice still lets the answer under way end', async () => {
  const { router, provider, origin } = await startWithProvider();
  const rest = gate();
  provider.script([say('Good '), hold(rest), say('day.')]);
  const answer = await fetch(`${origin}/ai`, json({ prompt: 'Hi', stream: true }, bearer));
  router.child.kill('SIGTERM');
  router.child.kill('SIGINT');
  await router.until(/Stopping/);
  rest.open();
  expect(await answer.text()).toMatch(/day\.[\s\S]*data: \[DONE\]\n\n$/);
  expect(await router.over).toBe(0);
});

test('[H23] a second signal ends it at once', async () => {
  const { router, provider, origin } = await startWithProvider();
  provider.script([say('Good '), hold()]);
  await fetch(`${origin}/ai`, json({ prompt: 'Hi', stream: true }, bearer));
  router.child.kill('SIGINT');
  await router.until(/Stopping/);
  // Pressed until it is heard: in the first moment a second signal counts as the first one, come twice.
  const pressing = setInterval(() => router.child.kill('SIGINT'), 50);
  expect(await router.over).toBe(130);
  clearInterval(pressing);
});

test('[K18] SIGHUP reads the configuration again, and neither a good file nor a wrong one nor a missing one stops the router', async () => {
  const { router, provider, origin } = await startWithProvider();
  const path = join(router.folder, 'layover.yaml');
  const written = readFileSync(path, 'utf8');
  const heard = fakeClock();
  writeFileSync(path, `${written}  notes: { model: app/chat }\n`);
  router.child.kill('SIGHUP');
  await router.until(/The configuration was read again\.\n[\s\S]* {2}notes: app\/chat/);
  writeFileSync(path, `${written}  notes: { model: app/none }\n`);
  router.child.kill('SIGHUP');
  await heard.until(
    () => /`features\.notes\.model` is "app\/none"[^\n]*\nNothing was changed/.test(router.said.err),
    20_000,
  );
  rmSync(path);
  router.child.kill('SIGHUP');
  await heard.until(() => /`layover\.yaml` is gone\..*\nNothing was changed/.test(router.said.err), 20_000);
  provider.script([say('Good day.')]);
  const asked = await fetch(`${origin}/ai`, json({ feature: 'notes', prompt: 'Hi' }, bearer));
  expect(asked.status).toBe(200);
  router.child.kill('SIGTERM');
  expect(await router.over).toBe(0);
});

test('[H23] a taken port ends the start with what to do', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const router = startRouter({ PORT: String(port) });
  expect(await router.over).toBe(1);
  expect(router.said.err).toBe(
    `Port ${port} is taken. Stop what uses it, or take another: PORT=${port < 65_535 ? port + 1 : 4280} npm start\n`,
  );
  // Nothing was touched: the data may be that of the router which has the port.
  expect(existsSync(join(router.folder, '.layover'))).toBe(false);
  await new Promise((resolve) => taken.close(resolve));
});

test('[A8] an ask that a kill cut off is in the ledger after the next start, at an estimated cost, and its key runs again', async () => {
  const prices = ', input_cost_per_token: 0.000001, output_cost_per_token: 0.000002';
  const { router, provider, origin } = await startWithProvider(prices);
  provider.script([say('Good morning. '), hold()]);
  const cutOff = json({ prompt: 'Hi', stream: true }, { ...bearer, 'idempotency-key': 'order-7' });
  const answer = await fetch(`${origin}/ai`, cutOff);
  const id = answer.headers.get('x-request-id');
  const reader = answer.body?.getReader();
  let came = '';
  while (!came.includes('morning')) came += Buffer.from((await reader?.read())?.value ?? []).toString();
  // A read sees every write before it: what came is on the disk.
  await fetch(`${origin}/api/asks`, { headers: bearer });
  router.child.kill('SIGKILL');
  await router.over;
  const second = startRouter(KEY, router.folder);
  const [, back = ''] = await second.until(CONSOLE_LINK);
  const { asks } = (await (await fetch(`${back}/api/asks`, { headers: bearer })).json()) as { asks: unknown[] };
  expect(asks).toMatchObject([
    {
      // `Hi` is one token, and fourteen letters are four.
      ask: {
        request_id: id,
        run: 1,
        feature: 'default',
        cost_nano_usd: 9_000,
        tokens_estimated: true,
        synthetic: false,
      },
      attempts: [{ role: 'first', status: 'crashed', input_tokens: 1, output_tokens: 4, cost_nano_usd: 9_000 }],
    },
  ]);
  const slo = (await (await fetch(`${back}/api/slo`, { headers: bearer })).json()) as { router: object };
  expect(slo.router).toMatchObject({ failed: 1, cost_unknown: 0 });
  const again = await fetch(`${back}/ai`, json({ prompt: 'Hi' }, { ...bearer, 'idempotency-key': 'order-7' }));
  expect(again.status).toBe(200);
  await reader?.cancel().catch((failure: unknown) => void failure);
});

test('[V9] a second router on the same data folder is refused, and the asks of the first go on; a kill frees it', async () => {
  const { router, provider, origin } = await startWithProvider();
  const rest = gate();
  provider.script([say('Good '), hold(rest), say('day.')]);
  const answer = await fetch(`${origin}/ai`, json({ prompt: 'Hi', stream: true }, bearer));
  const second = startRouter(KEY, router.folder);
  expect(await second.over).toBe(1);
  expect(second.said.err).toBe(
    'Another router runs on the data folder `.layover`. Stop it, or give this one a folder of its own in `LAYOVER_DATA`.\n',
  );
  rest.open();
  const id = answer.headers.get('x-request-id') ?? '';
  expect(await answer.text()).toMatch(/day\.[\s\S]*data: \[DONE\]\n\n$/);
  expect((await fetch(`${origin}/ai/${id}`, { headers: bearer })).status).toBe(200);
  router.child.kill('SIGKILL');
  await router.over;
  await startRouter(KEY, router.folder).until(CONSOLE_LINK);
});

test.each([
  [
    'a data folder that cannot be',
    { LAYOVER_DATA: 'a-file/data' },
    /^The data folder `a-file\/data` cannot be written\./,
  ],
  ['a port that is none', { PORT: '70000' }, /^`PORT` is `70000`\. It must be a number from 0 to 65535/],
  ['a host that is none of ours', { HOST: '203.0.113.1' }, /^`HOST` is `203\.0\.113\.1`, which is no address/],
  ['a log level that is none', { LAYOVER_LOG: 'loud' }, /^`LAYOVER_LOG` is `loud`\./],
  ['a pace that is none', { LAYOVER_DEMO_PACE: 'fast' }, /^`LAYOVER_DEMO_PACE` is `fast`\./],
  ['a lock that is damaged', { LAYOVER_DATA: 'damaged' }, /^The lock `damaged\/router\.lock` cannot be taken/],
  ['a configuration that is missing', { LAYOVER_CONFIG: 'gone.yaml' }, /gone\.yaml/],
  ['a configuration that is wrong', { LAYOVER_CONFIG: 'a-file' }, /^The configuration cannot be used/],
])('[H23] %s ends the start with what to do', async (_what, environment, sentence) => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'a-file'), 'model_list: 7\n');
  mkdirSync(join(folder, 'damaged'));
  writeFileSync(join(folder, 'damaged', 'router.lock'), 'This is no lock. '.repeat(100));
  const router = startRouter(environment, folder);
  expect(await router.over).toBe(1);
  expect(router.said.err).toMatch(sentence);
  expect(router.said.err).not.toMatch(/^ +at /m);
  expect(router.said.out).toBe('');
});

test('[H23] with a provider key and no configuration it writes the starter file, and goes on', async () => {
  const router = startRouter({ OPENAI_API_KEY: 'sk-never-used', REDIS_URL: 'redis://nowhere' });
  await router.until(CONSOLE_LINK);
  expect(existsSync(join(router.folder, 'layover.yaml'))).toBe(true);
  expect(router.said.out).toContain('Wrote `layover.yaml`');
  expect(router.said.out).toContain('`REDIS_URL` is set, and not used yet.');
  expect(router.said.out + router.said.err).not.toMatch(/sk-never-used|redis:\/\/nowhere/);
});

test('[H23] beyond loopback it says how to get HTTPS, and its Ask link signs in', async () => {
  const router = startRouter({ HOST: '0.0.0.0' });
  const [, link = ''] = await router.until(/Ask: +(http:\/\/\S+)\n/);
  await router.until(/Console: +\S+\n/);
  // Of other devices only: on this computer plain HTTP saves and works offline.
  expect(router.said.out).toMatch(/Over plain HTTP their browsers neither save answers .* docs\/https\.md/);
  const signIn = await fetch(link, { redirect: 'manual' });
  expect([signIn.status, signIn.headers.get('location')]).toEqual([303, '/']);
});
