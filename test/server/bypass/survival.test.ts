import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { cleanUp, emptyFolder, startRouter, type RouterStart } from '../http/router-start.ts';
import { cookieOf, json } from '../http/surface.ts';

// Whole routers, each with a process of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const BYPASS = { BYPASS_ROUTER: 'true', LAYOVER_MASTER_KEY: 'lk-survival', OPENAI_API_KEY: '' };
const bearer = { authorization: 'Bearer lk-survival' };
const CONSOLE_LINK = /(http:\/\/127\.0\.0\.1:\d+)\/link\/[\w-]{43}/;

let provider: FakeProvider;
let folder: string;
beforeEach(async () => {
  provider = await startFakeProvider({ wire: 'openai' });
  folder = emptyFolder();
});
afterEach(async () => {
  await cleanUp();
  await provider.close();
});

/** The primary, and whatever else stands in the file. */
function configure(rest = '', entries = ''): void {
  const { apiBase, apiKey } = provider;
  const entry = `litellm_params: { model: openai/north, api_base: "${apiBase}", api_key: ${apiKey} }`;
  const text = `# Ours.\nmodel_list:\n  - model_name: app/chat\n    ${entry}\n${entries}${rest}`;
  writeFileSync(join(folder, 'layover.yaml'), text);
}

async function answers(router: RouterStart, headers: Record<string, string> = bearer): Promise<string> {
  const [, origin = ''] = await router.until(CONSOLE_LINK);
  const response = await fetch(
    `${origin}/v1/chat/completions`,
    json({ messages: [{ role: 'user', content: 'Hi' }], stream: true }, headers),
  );
  const text = await response.text();
  expect([response.status, response.headers.get('x-layover-degraded')]).toEqual([200, 'bypass']);
  expect(text).toContain('the fake answer.');
  return origin;
}

const WRONG_FEATURES = 'features:\n  default: { cache: { ttl_seconds: often } }\n';

test('[BY10] with a `features` section that is wrong it comes up, names it, and keeps the others', async () => {
  configure(`${WRONG_FEATURES}general_settings: { cors_origins: ["https://app.example.com"] }\n`);
  const router = startRouter(BYPASS, folder);
  const origin = await answers(router);
  expect(router.said.out).toMatch(
    /`features` is left out: layover\.yaml, line 6, column \d+: `features\.default\.cache\.ttl_seconds`/,
  );
  expect(router.said.out).toContain('`BYPASS_ROUTER` is on: every ask goes straight to the primary.');
  const shared = await fetch(`${origin}/v1/models`, { headers: { ...bearer, origin: 'https://app.example.com' } });
  expect(shared.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
});

test('[BY10] also where a section is no YAML at all, or an entry of the list is wrong', async () => {
  configure(
    'features:\n  default: [ {\ntenants: 7\n',
    '  - model_name: app/chat\n    litellm_params: { model: openai/south, weight: heavy }\n',
  );
  const router = startRouter(BYPASS, folder);
  await answers(router);
  for (const part of ['model_list\\[1\\]', 'features', 'tenants'])
    expect(router.said.out).toMatch(new RegExp(`\`${part}\` is left out: `));
});

test('[BY10] with a damaged database it comes up, says what is lost, and leaves the database as it is', async () => {
  configure();
  const data = join(folder, '.layover');
  mkdirSync(data);
  writeFileSync(join(data, 'layover.db'), 'This is no database. '.repeat(500));
  const router = startRouter(BYPASS, folder);
  const origin = await answers(router);
  expect(router.said.out).toMatch(/The data folder `\.layover` cannot be used: /);
  expect(router.said.out).toContain('what is booked is kept in memory and lost at the stop');
  expect(readFileSync(join(data, 'layover.db'), 'utf8')).toMatch(/^This is no database\./);
  // It is booked when its answer is out.
  let asks: unknown[] = [];
  while (asks.length === 0)
    ({ asks } = (await (await fetch(`${origin}/api/asks`, { headers: bearer })).json()) as { asks: unknown[] });
  expect(asks).toMatchObject([{ ask: { outcome: 'answered' } }]);
  router.child.kill('SIGTERM');
  expect(await router.over).toBe(0);
});

test('[BY10] with a data folder that cannot be written it comes up, and knows the master key and no other', async () => {
  configure();
  writeFileSync(join(folder, 'a-file'), '');
  const router = startRouter({ ...BYPASS, LAYOVER_DATA: 'a-file/data' }, folder);
  const origin = await answers(router);
  expect(router.said.out).toContain('Of the keys only the master key is known.');
  const refused = await fetch(`${origin}/ai`, json({ prompt: 'Hi' }, { authorization: 'Bearer lk-other' }));
  expect(refused.status).toBe(401);
  expect(existsSync(join(folder, '.layover'))).toBe(false);
});

test('[BY10] where no master key can be read either, no key is accepted, and its link still signs in', async () => {
  configure();
  writeFileSync(join(folder, 'a-file'), '');
  const { LAYOVER_MASTER_KEY: _none, ...environment } = BYPASS;
  const router = startRouter({ ...environment, LAYOVER_DATA: 'a-file/data' }, folder);
  const [link, origin = ''] = await router.until(CONSOLE_LINK);
  expect(router.said.out).toMatch(/No master key can be read \(.+\), so no key is accepted\. Set `LAYOVER_MASTER_KEY`/);
  const signIn = await fetch(link, { redirect: 'manual' });
  await answers(router, { cookie: cookieOf(signIn), origin });
});

test('[BY10] all of it at once', async () => {
  configure(WRONG_FEATURES, '  - model_name: app/chat\n    litellm_params: { weight: heavy }\n');
  writeFileSync(join(folder, 'a-file'), '');
  await answers(startRouter({ ...BYPASS, LAYOVER_DATA: 'a-file/data' }, folder));
});

test('[BY10] another router on the folder keeps it: the bypass stands beside it and touches nothing', async () => {
  configure();
  const first = startRouter({ LAYOVER_MASTER_KEY: 'lk-survival' }, folder);
  const [, origin = ''] = await first.until(CONSOLE_LINK);
  await answers(startRouter(BYPASS, folder));
  expect(JSON.parse(readFileSync(join(folder, '.layover', 'router.json'), 'utf8'))).toMatchObject({ origin });
});

test('[BY11] a start with parts left out forgets nothing: the epoch stays, on devices too', async () => {
  const features = 'features:\n  default: { model: app/chat, prompt_version: 4 }\n';
  const epochOf = async (environment: Record<string, string>): Promise<string | null> => {
    const router = startRouter({ LAYOVER_MASTER_KEY: 'lk-survival', ...environment }, folder);
    const [, origin = ''] = await router.until(CONSOLE_LINK);
    const { headers } = await fetch(`${origin}/healthz`);
    router.child.kill('SIGTERM');
    await router.over;
    return headers.get('x-layover-policy');
  };
  configure(features);
  const before = await epochOf({});
  configure(`${features}    oops\n`);
  expect(await epochOf(BYPASS)).toBe(before);
  configure(features);
  expect(await epochOf({})).toBe(before);
});

test.each([
  ['a list without one usable model', 'model_list:\n  - model_name: app/chat\n    litellm_params: { weight: heavy }\n'],
  ['no list of models', 'features: {}\n'],
])('[BY10] %s ends the start with all that is wrong', async (_what, text) => {
  writeFileSync(join(folder, 'layover.yaml'), text);
  const router = startRouter(BYPASS, folder);
  expect(await router.over).toBe(1);
  expect(router.said.err).toMatch(/^The configuration cannot be used/);
});

test('[BY10] a value of `BYPASS_ROUTER` that is neither yes nor no ends the start', async () => {
  const router = startRouter({ BYPASS_ROUTER: 'maybe' });
  expect(await router.over).toBe(1);
  expect(router.said.err).toMatch(/^`BYPASS_ROUTER` is `maybe`\. It must be `true` or `false`/);
});
