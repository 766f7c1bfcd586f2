import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { connectRouter } from '../../../server/cli/router-client.ts';
import { makeLink } from '../../../server/cli/link.ts';
import { readVersion } from '../../../server/version.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { cleanUp, emptyFolder, startRouter, type RouterStart } from '../http/router-start.ts';
import { openSurface } from '../http/surface.ts';
import { testTerminal, type TestTerminal } from './terminal.ts';

// Whole routers, each with a process of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const version = readVersion();
const CONSOLE_LINK = /(http:\/\/127\.0\.0\.1:\d+)\/link\/[\w-]{43}/;

let other: Server | null = null;
afterEach(async () => {
  await cleanUp();
  await new Promise((resolve) => (other === null ? resolve(null) : other.close(resolve)));
  other = null;
});

async function started(
  environment: Record<string, string> = {},
): Promise<{ router: RouterStart; origin: string; data: string }> {
  const router = startRouter(environment);
  const [, origin = ''] = await router.until(CONSOLE_LINK);
  return { router, origin, data: join(router.folder, '.layover') };
}

/** Something else that listens. */
async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  other = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function refusalFor(environment: Record<string, string>, terminal = testTerminal(environment)): Promise<string> {
  return connectRouter(terminal).then(
    () => expect.unreachable('It connected.'),
    (failure: Error) => failure.message,
  );
}

test('[X3] a command finds the router of its data folder, and its key, by itself', async () => {
  const { router, origin, data } = await started();
  const terminal = testTerminal({ LAYOVER_DATA: data });
  const client = await connectRouter(terminal);
  expect([client.origin, client.caller]).toEqual([
    origin,
    { version, tenant: 'default', user: 'operator', role: 'operator' },
  ]);
  const { deployments } = await client.read(z.object({ deployments: z.array(z.unknown()) }), {
    path: '/api/deployments',
  });
  expect(deployments).not.toHaveLength(0);
  await expect(client.call('/api/deployments/none/fault', { method: 'DELETE' })).rejects.toThrow(
    /^There is no deployment with this id\./,
  );
  expect(terminal.said.err).toBe('');
  const { link } = await makeLink({ whom: { role: 'operator' }, url: null, ...terminal });
  expect(link.startsWith(`${origin}/link/`)).toBe(true);
  router.child.kill('SIGTERM');
  await router.over;
});

test('[X4] what a router leaves for commands is for its owner only, holds no key, and is gone when it stops', async () => {
  const { router, origin, data } = await started({ LAYOVER_MASTER_KEY: 'lk-secret' });
  const path = join(data, 'router.json');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    ...{ origin, page_origin: origin, pid: router.child.pid, version, key_source: 'environment' },
  });
  router.child.kill('SIGTERM');
  await router.over;
  expect(existsSync(path)).toBe(false);
  expect(await refusalFor({ LAYOVER_DATA: data })).toMatch(/^No router runs on the data folder `.*`\. Start it/);
});

test('[X4] what a killed router left is not believed: its key goes to nobody who took its port', async () => {
  const { router, data } = await started();
  router.child.kill('SIGKILL');
  await router.over;
  let asked = 0;
  const origin = await listening((_request, response) => {
    asked++;
    response.end();
  });
  const path = join(data, 'router.json');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/http:[^"]+/g, origin));
  expect(await refusalFor({ LAYOVER_DATA: data })).toMatch(/^No router runs on the data folder/);
  expect(asked).toBe(0);
});

test('[X5] `LAYOVER_URL` and `LAYOVER_KEY` name another router, and go before what is found', async () => {
  const { data } = await started();
  const remote = await started({ LAYOVER_MASTER_KEY: 'lk-remote' });
  const named = { LAYOVER_DATA: data, LAYOVER_URL: `${remote.origin}/console` };
  const client = await connectRouter(testTerminal({ ...named, LAYOVER_KEY: 'lk-remote' }));
  expect(client.origin).toBe(remote.origin);
  expect(await refusalFor(named)).toBe(
    '`LAYOVER_URL` names a router, and `LAYOVER_KEY` no key for it. Set it to a key of that router.',
  );
  expect(await refusalFor({ ...named, LAYOVER_KEY: 'lk-other' })).toBe(
    `The router at ${remote.origin} does not know the key in \`LAYOVER_KEY\`.`,
  );
  expect(await refusalFor({ LAYOVER_URL: 'ai.example.com', LAYOVER_KEY: 'k' })).toBe(
    '`LAYOVER_URL` must be an address such as `https://ai.example.com`.',
  );
});

test('[X6] a key that the router does not know is told with where its own comes from', async () => {
  const { origin, data } = await started({ LAYOVER_MASTER_KEY: 'lk-of-the-environment' });
  expect(await refusalFor({ LAYOVER_DATA: data })).toBe(
    `The router at ${origin} does not know the key (none was found). It was started with \`LAYOVER_MASTER_KEY\`: set \`LAYOVER_MASTER_KEY\` or \`LAYOVER_KEY\` to the same here.`,
  );
  const client = await connectRouter(testTerminal({ LAYOVER_DATA: data, LAYOVER_MASTER_KEY: 'lk-of-the-environment' }));
  expect(client.caller.role).toBe('operator');
});

test('[X6] a key of the configuration is read where the configuration can be', async () => {
  const folder = emptyFolder();
  const file = join(folder, 'layover.yaml');
  writeFileSync(file, 'model_list: []\ngeneral_settings: { master_key: lk-of-the-file }\n');
  const router = startRouter({}, folder);
  const [, origin = ''] = await router.until(CONSOLE_LINK);
  const data = join(folder, '.layover');
  expect((await connectRouter(testTerminal({ LAYOVER_DATA: data, LAYOVER_CONFIG: file }))).caller.role).toBe(
    'operator',
  );
  writeFileSync(file, 'model_list: 7\n');
  expect(await refusalFor({ LAYOVER_DATA: data, LAYOVER_CONFIG: file })).toBe(
    `The router at ${origin} does not know the key of the configuration that is here. Its key is \`master_key\` of its configuration: run this where that can be read, or set \`LAYOVER_KEY\`.`,
  );
});

test('[X6] nobody there, something else there, silence and an older router are each told as what they are', async () => {
  const key = { LAYOVER_KEY: 'k' };
  const remedy = 'Correct `LAYOVER_URL`, or leave it out for the router of this machine.';
  const nobody = 'http://127.0.0.1:9';
  expect(await refusalFor({ ...key, LAYOVER_URL: nobody })).toMatch(
    new RegExp(`^The router at ${nobody} cannot be reached \\(.+\\)\\. ${remedy}$`),
  );
  let answer: RequestListener = (_request, response) => void response.end('Hello');
  const origin = await listening((request, response) => answer(request, response));
  const named = { ...key, LAYOVER_URL: origin };
  expect(await refusalFor(named)).toBe(`At ${origin} something answers that is no Layover. ${remedy}`);
  answer = (request, response) => {
    response.writeHead(request.url === '/healthz' ? 200 : 404, { 'x-layover': '1' });
    response.end('{}');
  };
  expect(await refusalFor(named)).toBe(
    `The router at ${origin} is of an older version. Run the command from the same version as the router.`,
  );
  const clock = fakeClock();
  const silent = { ...testTerminal(named), clock } satisfies TestTerminal;
  const arrived = new Promise((resolve) => (answer = resolve));
  const refusal = refusalFor(named, silent);
  await arrived;
  await clock.advance(5_000);
  expect(await refusal).toBe(`The router at ${origin} cannot be reached (no answer within 5 s). ${remedy}`);
  other?.closeAllConnections();
});

test('[X6] a key is not sent in the clear to another machine without a word', async () => {
  const terminal = testTerminal({ LAYOVER_KEY: 'k', LAYOVER_URL: 'http://layover.invalid:4280' });
  await refusalFor({}, terminal);
  expect(terminal.said.err).toMatch(/^The key goes to http:\/\/layover\.invalid:4280 in the clear\./);
});

test('[X6] another version is told, and gone on with; what it does not know is told with the versions', async () => {
  const { data } = await started();
  const terminal = { ...testTerminal({ LAYOVER_DATA: data }), version: '9.0.0' };
  const client = await connectRouter(terminal);
  const sentence = `The router is version ${version}, this command 9.0.0. Run the command from the same version as the router.`;
  expect(terminal.said.err).toBe(`${sentence}\n`);
  await expect(client.call('/api/tomorrow', {})).rejects.toThrow(sentence);
});

test('[X7] `GET /api/router` tells whoever is signed in the version and who they are, and nobody else', async () => {
  const { request, plain, signIn } = openSurface();
  expect(await (await request('/api/router')).json()).toEqual({
    ...{ version: '0.1.0', tenant: 'default', user: 'operator', role: 'operator' },
  });
  const cookie = await signIn({ tenant: 'acme', user: 'ann' });
  expect(await (await plain('/api/router', { headers: { cookie } })).json()).toMatchObject({
    tenant: 'acme',
    user: 'ann',
    role: 'asker',
  });
  expect((await plain('/api/router')).status).toBe(401);
});
