import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test, vi } from 'vitest';
import { composeRouter, type ComposedRouter } from '../../../server/compose.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { answer } from '../../fakes/provider/script.ts';
import { seededRandom } from '../../fakes/random.ts';
import { read } from '../config/reading.ts';
import { cleanUp, emptyFolder } from './router-start.ts';

// Whole routers, each with a database thread of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const headers = { authorization: 'Bearer lk-kept-test', 'content-type': 'application/json' };
const open: (ComposedRouter | FakeProvider)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await cleanUp();
});

async function start(yaml: string, dataFolder: string, seed = 1): Promise<ComposedRouter> {
  const router = await composeRouter({
    configuration: read(yaml),
    dataFolder,
    pageFolder: emptyFolder(),
    host: '127.0.0.1',
    bypass: false,
    masterKey: 'lk-kept-test',
    devPage: null,
    version: '0.1.0',
    worker: 'on',
    clock: fakeClock(),
    random: seededRandom(seed),
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  open.unshift(router);
  return router;
}

async function stop(router: ComposedRouter): Promise<void> {
  await router.asks.drain(1_000);
  open.splice(open.indexOf(router), 1);
  await router.close();
}

/** Two features over one deployment; `notes` and `model` are lines of the first feature and of the file. */
function file({ apiBase, apiKey }: { apiBase: string; apiKey: string }, notes = ''): string {
  const model = (name: string): string =>
    `  - {model_name: ${name}, litellm_params: {model: openai/m, api_key: ${apiKey}, api_base: "${apiBase}"}}\n`;
  return `model_list:\n${model('app/chat')}${model('app/other')}features:\n  notes:\n    model: app/chat\n${notes}  plain:\n    model: app/chat\n`;
}

async function epochOf(yaml: string, folder: string): Promise<number> {
  const router = await start(yaml, folder);
  const { headers: got } = await router.app.request('http://127.0.0.1/api/travel', { headers });
  await stop(router);
  return Number(got.get('x-layover-policy'));
}

async function ask(router: ComposedRouter, prompt: string, key: string): Promise<Response> {
  const body = JSON.stringify({ feature: 'notes', prompt });
  return router.app.request('http://127.0.0.1/ai', {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': key },
    body,
  });
}

test('[PV13] one feature’s prompt version, model, normalization or policy, changed in the file, raises the epoch at the next start', async () => {
  const folder = emptyFolder();
  const base = { apiBase: 'http://127.0.0.1:9/v1', apiKey: 'k' };
  expect(await epochOf(file(base), folder)).toBe(1);
  expect(await epochOf(file(base), folder)).toBe(1);
  const changes = [
    '    prompt_version: 2\n',
    '    prompt_version: 2\n    cache: {fold_case: true}\n',
    '    prompt_version: 2\n    cache: {fold_case: true, nfkc: true}\n',
    '    prompt_version: 2\n    cache: {ignore_patterns: ["id-[0-9]+"]}\n',
    '    device: {store: never}\n',
  ];
  for (const [at, notes] of changes.entries()) expect(await epochOf(file(base, notes), folder), notes).toBe(2 + at);
  const other = file(base).replace('model: app/chat', 'model: app/other');
  expect(await epochOf(other, folder)).toBe(2 + changes.length);
  expect(await epochOf(other, folder)).toBe(2 + changes.length);
});

test('[PV13] a feature that is set to `never` leaves no answer in the cache, and the others keep theirs', async () => {
  const folder = emptyFolder();
  const provider = await startFakeProvider({ wire: 'openai' });
  open.push(provider);
  provider.script(answer('a first answer'), answer('a second answer'));
  const before = await start(file(provider), folder);
  await (await ask(before, 'Hi', 'key-1')).text();
  expect((await ask(before, 'Hi', 'key-2')).headers.get('x-layover-source')).toBe('router-cache');
  await stop(before);
  await stop(await start(file(provider, '    device: {store: never}\n'), folder));
  const after = await start(file(provider), folder, 2);
  expect((await ask(after, 'Hi', 'key-3')).headers.get('x-layover-source')).toBe('provider');
});

test('[UK3] a changed prompt version leaves no answer of another in the cache, and those of other features', async () => {
  const folder = emptyFolder();
  const provider = await startFakeProvider({ wire: 'openai' });
  open.push(provider);
  provider.script(answer('of version one'), answer('plain'));
  const before = await start(file(provider), folder);
  await (await ask(before, 'Hi', 'key-1')).text();
  await before.app.request('http://127.0.0.1/ai', {
    method: 'POST',
    headers,
    body: JSON.stringify({ feature: 'plain', prompt: 'Hi' }),
  });
  await stop(before);
  const left = (): unknown[] => {
    const database = new Database(join(folder, 'layover.db'), { readonly: true });
    const rows = database.prepare('SELECT feature, prompt_version FROM answer').raw().all();
    database.close();
    return rows;
  };
  expect(left().sort()).toEqual([
    ['notes', 1],
    ['plain', 1],
  ]);
  await stop(await start(file(provider, '    prompt_version: 2\n'), folder, 2));
  expect(left()).toEqual([['plain', 1]]);
});

test('[PV12] a router writes no word of such an ask, and gives it again while it runs', async () => {
  const folder = emptyFolder();
  const provider = await startFakeProvider({ wire: 'openai' });
  open.push(provider);
  provider.script(answer('unmistakable'), answer('told again'));
  const yaml = file(provider, '    device: {store: never}\n');
  const router = await start(yaml, folder);
  expect(await (await ask(router, 'A remarkable question', 'key-1')).text()).toContain('unmistakable');
  expect(await (await ask(router, 'A remarkable question', 'key-1')).text()).toContain('unmistakable');
  expect((await ask(router, 'Another', 'key-1')).status).toBe(422);
  await stop(router);
  const written = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('');
  expect(written).toContain('key-1');
  expect(written).not.toMatch(/unmistakable|remarkable/);
  const after = await start(yaml, folder, 2);
  expect(await (await ask(after, 'A remarkable question', 'key-1')).text()).toContain('told again');
  expect(provider.calls).toHaveLength(2);
});
