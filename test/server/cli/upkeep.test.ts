import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test, vi } from 'vitest';
import { readArguments } from '../../../server/cli/arguments.ts';
import { commands } from '../../../server/cli/commands.ts';
import { backUp } from '../../../server/store/backup.ts';
import { openStores, type Stores } from '../../../server/store/open.ts';
import { askOf, attemptOf } from '../../contracts/ledger.ts';
import { cleanUp, emptyFolder, startRouter, type RouterStart } from '../http/router-start.ts';
import { testTerminal } from './terminal.ts';

// Whole routers, each with a process of its own: slow where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });
afterEach(cleanUp);

async function started(): Promise<{ router: RouterStart; data: string; origin: string }> {
  const router = startRouter();
  const [, origin = ''] = await router.until(/(http:\/\/127\.0\.0\.1:\d+)\/link\/[\w-]{43}/);
  return { router, origin, data: join(router.folder, '.layover') };
}

/** Types a line; what it printed, and the sentence it failed with. */
async function type(line: string, data: string, isRead = false): Promise<{ out: string; failed: string | null }> {
  const reading = readArguments(line.split(' '), commands);
  if (reading.kind !== 'run') throw new Error(`\`${line}\` is not understood: ${JSON.stringify(reading)}`);
  const terminal = { ...testTerminal({ LAYOVER_DATA: data }), isRead };
  const failed = await reading.command.run(reading, terminal).then(
    () => null,
    (failure: unknown) => (failure instanceof Error ? failure.message : String(failure)),
  );
  return { out: terminal.said.out, failed };
}

test('[UK9] a key is made, used, listed and revoked on the command line', async () => {
  const { data, origin } = await started();
  const token = (
    await type('keys create --name laptop --tenant acme --user ada --feature default --days 3', data)
  ).out.trim();
  expect(token).toMatch(/^lk-[\w-]{43}$/);
  const ask = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return (await fetch(`${origin}/ai`, { method: 'POST', headers, body: '{"prompt": "Hi"}' })).status;
  };
  expect(await ask()).toBe(200);
  const listed = (await type('keys --tenant acme', data)).out;
  expect(listed).toMatch(
    /^key-[0-9a-f]{16} {2}….{4} {2}live {2}acme\/ada {2}asker {2}default {2}until \S+ {2}last used \S+ {2}laptop\n$/,
  );
  expect(listed).not.toContain(token);
  const [id = ''] = listed.split(' ');
  expect((await type(`keys revoke ${id}`, data)).out).toContain('  revoked  ');
  expect(await ask()).toBe(401);
  expect((await type('keys revoke key-0', data)).failed).toContain('There is no key with this id.');
  const shown = await type(
    'keys create --monthly-usd 12.5 --asks-per-second 0.5 --burst 3 --names-users --operator',
    data,
    true,
  );
  expect(shown.out).toContain('shown this once');
});

test('[UK9] answers are purged and a person is forgotten on the command line', async () => {
  const { data, origin } = await started();
  const token = (await type('keys create --tenant acme --user ada', data)).out.trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const asked = await fetch(`${origin}/ai`, {
    method: 'POST',
    headers,
    body: '{"prompt": "Hi", "feature": "default"}',
  });
  const id = asked.headers.get('x-request-id') ?? '';
  await asked.text();
  expect((await type('cache purge --tenant nobody', data)).out).toMatch(/^Removed 0 saved answers\./);
  expect((await type(`cache purge --ask ${id} --prompt-version 1`, data)).out).toMatch(/^Removed 1 saved answer\./);
  const erased = await type('forget --tenant acme --user ada', data);
  expect(erased.out).toBe(
    'Erased of ada of acme:\n  1 keys\n  1 asks with their answers\n  1 rows of the ledger, kept without the name\n',
  );
  expect((await type('forget --tenant acme --user ada', data)).out).toBe('Nothing of ada of acme was there.\n');
  expect((await type('forget --user ada', data)).failed).toContain('Say whom');
});

test('[UK8] a copy made while a router writes is of one moment, is its owner’s alone, and is a whole data folder’s database', async () => {
  const data = emptyFolder();
  const stores = await openStores({ dataFolder: data, onProblem: () => undefined });
  const file = join(emptyFolder(), 'copy.db');
  let isOver = false;
  const writing = (async () => {
    for (let at = 0; !isOver; at++)
      await stores.ledger.record(
        [askOf(`ask-${at}`, { cost_nano_usd: 7 })],
        [attemptOf(`ask-${at}`, 1, { cost_nano_usd: 3 }), attemptOf(`ask-${at}`, 2, { cost_nano_usd: 4 })],
      );
  })();
  await untilAsks(stores, 200);
  const { out, failed } = await type(`backup ${file}`, data);
  const after = await sumsOf(stores);
  isOver = true;
  await writing;
  await stores.close();
  expect([failed, out]).toEqual([null, `Wrote \`${file}\`, ${statSync(file).size} bytes. Only you can read it.\n`]);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const restored = join(emptyFolder(), 'data');
  mkdirSync(restored);
  renameSync(file, join(restored, 'layover.db'));
  const copy = await openStores({ dataFolder: restored, onProblem: () => undefined });
  const sums = await sumsOf(copy);
  await copy.close();
  expect(sums.answered).toBeGreaterThanOrEqual(200);
  expect(sums.answered).toBeLessThanOrEqual(after.answered);
  expect(sums.costNanoUsd).toBe(7 * sums.answered);
  const database = new Database(join(restored, 'layover.db'), { readonly: true });
  const whole = database.prepare(
    'SELECT (SELECT count(*) FROM ledger_ask) * 2 = (SELECT count(*) FROM ledger_attempt)',
  );
  expect([database.pragma('integrity_check', { simple: true }), whole.pluck().get()]).toEqual(['ok', 1]);
  database.close();
});

test('[UK8] a copy needs no running router, and one starts on it with the same sums', async () => {
  const { router, data, origin } = await started();
  const token = (await type('keys create --tenant acme --user ada', data)).out.trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  await (await fetch(`${origin}/ai`, { method: 'POST', headers, body: '{"prompt": "Hi"}' })).text();
  const running = join(emptyFolder(), 'running.db');
  expect((await type(`backup ${running}`, data)).failed).toBeNull();
  router.child.kill('SIGTERM');
  expect(await router.over).toBe(0);
  const stopped = join(emptyFolder(), 'stopped.db');
  expect((await type(`backup ${stopped}`, data)).failed).toBeNull();

  const folder = emptyFolder();
  mkdirSync(join(folder, '.layover'));
  renameSync(stopped, join(folder, '.layover', 'layover.db'));
  const again = startRouter({}, folder);
  await again.until(/\/link\/[\w-]{43}/);
  expect((await type('keys --tenant acme', join(folder, '.layover'))).out).toContain('acme/ada');
});

test('[UK8] what stands there is kept, and a folder without a database makes no file', async () => {
  const data = emptyFolder();
  const file = join(data, 'copy.db');
  expect((await type(`backup ${file}`, data)).failed).toContain('There is no Layover in');
  expect(existsSync(file)).toBe(false);
  writeFileSync(join(data, 'layover.db'), 'This is no database. '.repeat(100));
  expect((await type(`backup ${file}`, data)).failed).toContain('was not made');
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, 'mine');
  expect((await type(`backup ${file}`, data)).failed).toContain('is there already');
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(() => backUp(data, join(data, 'none', 'copy.db'))).toThrow('cannot be written');
});

async function sumsOf({ ledger }: Stores): Promise<{ answered: number; costNanoUsd: number }> {
  const { answered, costNanoUsd } = (await ledger.figures({ tenant: null, fromMs: 0, toMs: 1e12 })).router;
  return { answered, costNanoUsd };
}

async function untilAsks(stores: Stores, count: number): Promise<void> {
  while ((await sumsOf(stores)).answered < count);
}
