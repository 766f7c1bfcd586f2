import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock, type Clock } from '#shared/clock.ts';
import { doctorCommand } from '../../../server/cli/commands/doctor.ts';
import { examine, type Instruments } from '../../../server/cli/doctor/examine.ts';
import { writeFindings, type Finding } from '../../../server/cli/doctor/finding.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, hold, refuse, say } from '../../fakes/provider/script.ts';
import { cleanUp, emptyFolder, startRouter } from '../http/router-start.ts';
import { testTerminal } from './terminal.ts';

// Real connections, and whole routers for some: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

let north: FakeProvider;
let south: FakeProvider;
let folder: string;
let listening: Server | null = null;
beforeEach(async () => {
  [north, south] = await Promise.all([startFakeProvider({ wire: 'openai' }), startFakeProvider({ wire: 'anthropic' })]);
  folder = emptyFolder();
});
afterEach(async () => {
  await Promise.all([north.close(), south.close(), cleanUp()]);
  await new Promise((resolve) => (listening === null ? resolve(null) : listening.close(resolve)));
  listening = null;
});

const PRICES = 'input_cost_per_token: 1e-07, output_cost_per_token: 4e-07';

interface Written {
  north?: string;
  south?: string;
  rest?: string;
}

/** Two deployments, each with its prices unless something else is said, and what else stands in the file. */
function write(said: Written = {}): void {
  const entry = (name: string, { apiBase, apiKey }: FakeProvider, more: string): string =>
    `  - model_name: app/chat\n    litellm_params: { model: ${name}, api_base: "${apiBase}", api_key: ${apiKey}, ${more} }\n`;
  // Without it the start says where Anthropic's wire differs.
  const settings = 'litellm_settings: { drop_params: true }\n';
  writeFileSync(
    join(folder, 'layover.yaml'),
    `model_list:\n${entry('openai/north', north, said.north ?? PRICES)}${entry('anthropic/south', south, said.south ?? `order: 2, ${PRICES}`)}${said.rest ?? ''}${settings}`,
  );
}

function instruments(environment: Record<string, string> = {}, more: Partial<Instruments> = {}): Instruments {
  return {
    environment: {
      LAYOVER_CONFIG: join(folder, 'layover.yaml'),
      LAYOVER_DATA: join(folder, 'data'),
      PORT: '0',
      ...environment,
    },
    nodeVersion: '24.1.0',
    freeBytes: () => 50e9,
    fetch: (address, init) => fetch(address, init),
    clock: systemClock,
    ...more,
  };
}

/** What was found of this check. */
async function found(check: string, by: Instruments = instruments()): Promise<Finding> {
  const finding = (await examine(by)).find((one) => one.check === check);
  return finding ?? expect.unreachable(`There is no check \`${check}\`.`);
}

test('[DR1] where all is well every check says so, on both wires, and it ends with 0', async () => {
  write();
  const findings = await examine(instruments());
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    ...['node', 'configuration', 'openai/north', 'anthropic/south', 'prices', 'clock'],
    ...['data folder', 'disk', 'webhook', 'port', 'https'],
  ]);
  const measured = findings.filter(({ check }) => check.includes('/'));
  for (const { says } of measured) expect(says).toMatch(/^It answers; the first word came after \d+ ms\.$/);
  expect(north.calls[0]?.body).toMatchObject({ model: 'north', max_tokens: 1 });
  const terminal = testTerminal(instruments().environment as Record<string, string>);
  expect(await doctorCommand.run({ words: [], options: { json: false } }, terminal)).toBe(0);
  expect(terminal.said.out).toMatch(/^ok {4}node {13}Version .*\.\n[^]*\n\n11 ok, 0 to look at, 0 to mend\.\n$/);
});

test('[DR1] what must be mended ends it with 1, each with its remedy on the line; a program gets JSON', async () => {
  write();
  north.script(refuse(401, { error: { message: 'No.', code: 'invalid_api_key' } }));
  const terminal = testTerminal(instruments().environment as Record<string, string>);
  expect(await doctorCommand.run({ words: [], options: { json: true } }, terminal)).toBe(1);
  const findings = JSON.parse(terminal.said.out) as Finding[];
  const text = writeFindings(findings);
  expect(text).toMatch(/^fail {2}openai\/north {5}.* Put a valid key into `api_key`, or into its variable\.$/m);
  expect(text).toMatch(/1 to mend\.\n$/);
  expect(terminal.said.out).not.toContain(north.apiKey);
});

test('[DR2] a Node that is too old', async () => {
  write();
  expect(await found('node', instruments({}, { nodeVersion: '20.19.0' }))).toMatchObject({
    verdict: 'fail',
    says: 'Version 20.19.0 is too old.',
  });
});

test('[DR2] a configuration that is wrong, that is none, and that has notices', async () => {
  writeFileSync(join(folder, 'layover.yaml'), 'model_list: 7\n');
  expect(await found('configuration')).toMatchObject({
    verdict: 'fail',
    says: expect.stringContaining('line 1') as unknown,
  });
  write({ rest: 'unheard_of: 1\n' });
  expect(await found('configuration')).toMatchObject({ verdict: 'warn', remedy: 'See `layover config check`.' });
  const none = instruments({ LAYOVER_CONFIG: '' });
  expect(await found('configuration', none)).toMatchObject({
    verdict: 'warn',
    says: 'There is none, so the demo answers.',
  });
});

test.each([
  ['a key that is refused', 401, { code: 'invalid_api_key' }, 'fail', 'Put a valid key'],
  ['a model that is not there', 404, { code: 'model_not_found' }, 'fail', 'Correct `model`'],
  ['an empty purse', 429, { code: 'insufficient_quota' }, 'fail', 'Pay, or raise the limit'],
  ['a limit for now', 429, { code: 'rate_limit_exceeded' }, 'warn', 'Wait, or raise the limit'],
  ['a provider that fails', 500, {}, 'fail', 'Try again'],
])('[DR3] %s', async (_what, status, error, verdict, remedy) => {
  write();
  north.script(refuse(status, { error: { message: 'No.', ...error } }));
  expect(await found('openai/north')).toMatchObject({
    verdict,
    remedy: expect.stringMatching(`^${remedy}`) as unknown,
  });
});

test('[DR3] a provider that nobody reaches, and one without a key', async () => {
  write({ south: `order: 2, ${PRICES}` });
  await north.die();
  expect(await found('openai/north')).toMatchObject({ verdict: 'fail', remedy: 'Check the network and `api_base`.' });
  write({ rest: '  - model_name: app/chat\n    litellm_params: { model: groq/east }\n' });
  expect(await found('groq/east')).toMatchObject({
    verdict: 'warn',
    says: expect.stringContaining('GROQ_API_KEY') as unknown,
  });
});

test('[DR3] one that says nothing is given up after 15 s; one that is slower than its own limit is told', async () => {
  write({ north: `stream_timeout: 2, ${PRICES}` });
  const late = gate();
  north.script([hold(late), say('ok')]);
  south.script([hold()]);
  const clock = fakeClock(Date.now());
  const examining = examine(instruments({}, { clock }));
  await Promise.all([late.reached, south.called(1)]);
  await clock.advance(3_000);
  late.open();
  await clock.settle();
  await (
    await north.called(1)
  ).over;
  await clock.advance(12_000);
  const findings = await examining;
  expect(findings.find(({ check }) => check === 'openai/north')).toMatchObject({
    verdict: 'warn',
    says: 'It answers; the first word came after 3000 ms.',
    remedy: expect.stringContaining('raise `stream_timeout`') as unknown,
  });
  expect(findings.find(({ check }) => check === 'anthropic/south')).toMatchObject({
    verdict: 'fail',
    says: 'It said nothing within 15 s.',
  });
});

test('[DR3] a model that refuses the older name of the limit is asked by the newer one', async () => {
  write();
  north.script(
    refuse(400, { error: { message: 'Use max_completion_tokens.', code: 'unsupported_parameter' } }),
    answer('ok'),
  );
  expect(await found('openai/north')).toMatchObject({ verdict: 'ok' });
  expect(north.calls[1]?.body).toMatchObject({ max_completion_tokens: 16 });
  north.otherwise(refuse(400, { error: { message: 'Never.', code: 'odd' } }));
  expect(await found('openai/north')).toMatchObject({
    verdict: 'warn',
    says: expect.stringContaining('Never.') as unknown,
  });
});

test('[DR4] a price that is not known', async () => {
  write({ south: 'order: 2' });
  expect(await found('prices')).toMatchObject({
    verdict: 'warn',
    says: '`anthropic/south` has none: what it costs is unknown.',
  });
});

test.each([
  [3_600_000, 'ahead of'],
  [-3_600_000, 'behind'],
])('[DR5] a clock that is off by %d ms', async (offMs, side) => {
  write();
  const clock: Clock = { ...systemClock, now: () => Date.now() + offMs };
  const finding = await found('clock', instruments({}, { clock }));
  expect(finding).toMatchObject({ verdict: 'fail', remedy: 'Let the system set it by NTP.' });
  expect(finding.says).toMatch(new RegExp(`^It is (?:3599|3600|3601) s ${side} that of http://127\\.0\\.0\\.1`));
});

test('[DR5] without a network the clock is not compared, and that is said', async () => {
  write();
  await Promise.all([north.die(), south.die()]);
  expect(await found('clock')).toMatchObject({ verdict: 'warn' });
});

test('[DR6] a disk that is full, or soon is, and a folder that cannot be written', async () => {
  write();
  expect(await found('disk', instruments({}, { freeBytes: () => 1e8 }))).toMatchObject({
    verdict: 'fail',
    says: '0.1 GB are free.',
  });
  expect(await found('disk', instruments({}, { freeBytes: () => 5e8 }))).toMatchObject({ verdict: 'warn' });
  const freeBytes = (): number => {
    throw new Error('ENOSYS');
  };
  expect(await found('disk', instruments({}, { freeBytes }))).toMatchObject({ verdict: 'warn' });
  writeFileSync(join(folder, 'a-file'), '');
  expect(await found('data folder', instruments({ LAYOVER_DATA: join(folder, 'a-file', 'data') }))).toMatchObject({
    verdict: 'fail',
  });
  mkdirSync(join(folder, 'data'));
  expect(await found('data folder')).toMatchObject({
    verdict: 'ok',
    says: expect.stringContaining('can be written.') as unknown,
  });
});

test('[DR7] a webhook that is no address, that nobody answers at, and that is there; nothing is posted, no address shown', async () => {
  const alerts = (slack: string): string => `alerts: { slack_url: "${slack}" }\n`;
  write({ rest: alerts('hooks.example.com/secret') });
  expect(await found('alerts.slack_url')).toMatchObject({ verdict: 'fail', says: 'It is no address.' });
  write({ rest: alerts('http://127.0.0.1:9/secret') });
  expect(await found('alerts.slack_url')).toMatchObject({
    verdict: 'warn',
    says: 'Nobody answers at its host `127.0.0.1:9`.',
  });
  const asked: string[] = [];
  const origin = await listen((method, path) => void asked.push(`${method} ${path}`));
  write({ rest: alerts(`${origin}/secret`) });
  const finding = await found('alerts.slack_url');
  expect(finding.verdict).toBe('ok');
  expect(finding.says).not.toContain('secret');
  expect(asked).toEqual(['HEAD /']);
});

test('[DR8] a port that is no number, taken by something else, by another Layover, and by the router of this folder', async () => {
  write();
  expect(await found('port', instruments({ PORT: '70000' }))).toMatchObject({ verdict: 'fail' });
  expect(await found('port', instruments({ HOST: '203.0.113.1' }))).toMatchObject({
    verdict: 'fail',
    says: '`HOST` is `203.0.113.1`, which is no address of this computer.',
  });
  const taken = new URL(await listen(() => undefined)).port;
  expect(await found('port', instruments({ PORT: taken }))).toMatchObject({
    verdict: 'fail',
    says: `${taken} is taken by something else.`,
  });
  const router = startRouter({ LAYOVER_DATA: join(folder, 'data') });
  const [, port = ''] = await router.until(/Layover is up on http:\/\/127\.0\.0\.1:(\d+)[^]*Console: /);
  expect(await found('port', instruments({ PORT: port }))).toMatchObject({
    verdict: 'ok',
    says: `${port} is taken by the router that runs here.`,
  });
  expect(await found('data folder')).toMatchObject({ says: expect.stringContaining('a router runs on it') as unknown });
  const elsewhere = instruments({ PORT: port, LAYOVER_DATA: join(folder, 'other') });
  expect(await found('port', elsewhere)).toMatchObject({
    verdict: 'fail',
    says: `${port} is taken by another Layover.`,
  });
});

test('[DR9] beyond this computer: names that it answers to, and HTTPS', async () => {
  write();
  const beyond = { HOST: '0.0.0.0' };
  expect(await found('https', instruments(beyond))).toMatchObject({ verdict: 'fail' });
  write({ rest: 'general_settings: { hosts: [ai.example.com] }\n' });
  expect(await found('https', instruments(beyond))).toMatchObject({
    verdict: 'warn',
    says: 'It answers to `ai.example.com`. Whether HTTPS stands in front cannot be seen from here.',
  });
});

async function listen(hear: (method: string, path: string) => void): Promise<string> {
  const server = createServer((request, response) => {
    hear(request.method ?? '', request.url ?? '');
    response.end();
  });
  listening = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
