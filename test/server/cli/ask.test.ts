import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { mintAskId } from '#shared/ask-id.ts';
import { askRouter } from '../../../server/cli/ask.ts';
import { readJournal, writeJournal } from '../../../server/cli/journal.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, finish, hold, refuse, say } from '../../fakes/provider/script.ts';
import { cleanUp, emptyFolder, startRouter } from '../http/router-start.ts';
import { json } from '../http/surface.ts';
import { testTerminal, type TestTerminal } from './terminal.ts';

// Whole routers, each with a process of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const MASTER = 'lk-ask-test';
let provider: FakeProvider;
let environment: Record<string, string>;
let origin: string;
beforeEach(async () => {
  provider = await startFakeProvider({ wire: 'openai' });
  const folder = emptyFolder();
  const entry = `{ model: openai/north, api_base: "${provider.apiBase}", api_key: ${provider.apiKey}, stream_timeout: 20, input_cost_per_token: 1e-07, output_cost_per_token: 4e-07 }`;
  const models = `model_list:\n  - model_name: app/chat\n    litellm_params: ${entry}\n`;
  writeFileSync(join(folder, 'layover.yaml'), `${models}features:\n  default: {}\n  brief: { system: "Be brief." }\n`);
  const router = startRouter({ LAYOVER_MASTER_KEY: MASTER }, folder);
  [, origin = ''] = await router.until(/(http:\/\/127\.0\.0\.1:\d+)\/link\/[\w-]{43}/);
  environment = { LAYOVER_DATA: join(folder, '.layover'), LAYOVER_MASTER_KEY: MASTER };
});
afterEach(async () => {
  await cleanUp();
  await provider.close();
});

const plain = { question: 'Why?', feature: null, isJson: false, noCache: false };

/** The id at the end of the line of provenance. */
function idIn({ said }: TestTerminal): string {
  return /id ([0-9a-f-]{36})/.exec(said.err)?.[1] ?? expect.unreachable(`No id in: ${said.err}`);
}

test('[X8] the answer goes to stdout as it comes, where it came from to stderr', async () => {
  const terminal = testTerminal(environment);
  const middle = gate();
  provider.script([say('Good '), hold(middle), say('day.'), finish()]);
  const asking = askRouter({ ...plain, feature: 'brief' }, terminal);
  await middle.reached;
  await vi.waitFor(() => expect(terminal.said.out).toBe('Good '));
  middle.open();
  expect(await asking).toBe(0);
  expect(terminal.said.out).toBe('Good day.\n');
  expect(terminal.said.err).toMatch(
    /^openai\/north · north · 1 attempt · first word \d+ ms · \$0\.\d{9} · id [0-9a-f-]{36}\n$/,
  );
  expect((await provider.called(1)).body['messages']).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Why?' },
  ]);
});

test('[X8] asked again it comes from memory and says so; `--no-cache` asks afresh', async () => {
  for (const noCache of [false, false, true]) {
    const terminal = testTerminal(environment);
    expect(await askRouter({ ...plain, noCache }, terminal)).toBe(0);
    expect(terminal.said.out).toBe('This is the fake answer.\n');
    if (provider.calls.length === 1 && terminal.said.err.includes('memory'))
      expect(terminal.said.err).toMatch(/from memory, \d+ s old/);
  }
  expect(provider.calls).toHaveLength(2);
});

test('[X8] with `--json` the whole answer is printed as the router gives it', async () => {
  const terminal = testTerminal(environment);
  expect(await askRouter({ ...plain, isJson: true }, terminal)).toBe(0);
  expect(JSON.parse(terminal.said.out)).toMatchObject({
    choices: [{ message: { content: 'This is the fake answer.' } }],
    layover: { provider: 'openai/north', attempts: 1 },
  });
});

test('[X8] an answer that is not whole ends with 3, none with the router’s own words', async () => {
  const cutOff = testTerminal(environment);
  provider.script([say('Half'), finish({ reason: 'length' })]);
  expect(await askRouter(plain, cutOff)).toBe(3);
  expect(cutOff.said).toMatchObject({
    out: 'Half\n',
    err: expect.stringContaining('it ended with `length`.') as unknown,
  });
  provider.script(refuse(400, { error: { message: 'Too odd.', code: 'odd' } }));
  await expect(askRouter(plain, testTerminal(environment))).rejects.toThrow(/Too odd\./);
  await expect(askRouter({ ...plain, feature: 'nobody' }, testTerminal(environment))).rejects.toThrow(/`nobody`/);
});

test('[X9] Ctrl-C ends the ask here, at the router and at the provider', async () => {
  const terminal = testTerminal(environment);
  const middle = gate();
  provider.script([say('Good '), hold(middle), hold()]);
  const asking = askRouter(plain, terminal);
  await middle.reached;
  await vi.waitFor(() => expect(terminal.said.out).toBe('Good '));
  terminal.interrupt();
  expect(await asking).toBe(130);
  const call = await provider.called(1);
  await call.over;
  expect([call.outcome, terminal.said.err]).toEqual(['aborted', '\nStopped.\n']);
});

test('[X10] whoever asked sees state, events and words; an operator the attempts beside', async () => {
  const asking = testTerminal(environment);
  provider.script(answer('Good day.'));
  await askRouter(plain, asking);
  const id = idIn(asking);
  const entry = await readJournal(id, testTerminal(environment));
  expect(entry).toMatchObject({
    ...{ id, state: 'answered' },
    booked: [
      { ask: { outcome: 'answered', feature: 'default' }, attempts: [{ status: 'ok', provider: 'openai/north' }] },
    ],
  });
  expect((entry.events ?? []).map(({ text }) => text).join('')).toBe('Good day.');
  expect(writeJournal(entry)).toMatch(
    /^Ask [0-9a-f-]{36}: answered\nEvents:\n[^]*"Good day\."[^]*ends: stop[^]*\nRun 1: answered, feature default of default, \d+ ms, \$0\.\d{9}, provider\n {2}1\. openai\/north \(north\): ok, 200, first word \d+ ms, \d+ ms, \$0\.\d{9}\n$/,
  );
});

test('[X10] of somebody else’s ask an operator sees how it went, and no word; another asker nothing at all', async () => {
  const secret = 'The secret of Ann.';
  provider.script(answer(secret));
  const ann = await keyOf('acme', 'ann');
  const id = mintAskId(systemClock, systemRandom);
  const asked = await fetch(
    `${origin}/ai`,
    json({ prompt: 'Why?' }, { authorization: `Bearer ${ann}`, 'idempotency-key': id }),
  );
  expect(await asked.text()).toContain(secret);
  const entry = await readJournal(id, testTerminal(environment));
  expect(entry).toMatchObject({
    state: null,
    events: null,
    booked: [{ ask: { tenant_id: 'acme' }, attempts: [{ status: 'ok' }] }],
  });
  expect(JSON.stringify(entry) + writeJournal(entry)).not.toContain('secret');
  const own = await readJournal(id, testTerminal({ ...environment, LAYOVER_KEY: ann }));
  expect([own.state, own.events?.map(({ text }) => text).join(''), own.booked]).toEqual(['answered', secret, []]);
  const bob = await keyOf('other', 'bob');
  await expect(readJournal(id, testTerminal({ ...environment, LAYOVER_KEY: bob }))).rejects.toThrow(
    'There is no ask with this id of bob of other.',
  );
  await expect(readJournal('7', testTerminal(environment))).rejects.toThrow(
    /^The id of an ask is what `x-request-id` says/,
  );
});

async function keyOf(tenant: string, user: string): Promise<string> {
  const wish = json({ name: user, tenant, user }, { authorization: `Bearer ${MASTER}` });
  const { token } = (await (await fetch(`${origin}/api/keys`, wish)).json()) as { token: string };
  return token;
}
