import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { NumberedEvent } from '#shared/answer.ts';
import { Problem } from '#shared/problem.ts';
import { DatabaseThread, MAX_WAITING } from '../../../server/store/sqlite/client.ts';
import { SCHEMA_VERSION } from '../../../server/store/sqlite/migrations.ts';
import { makeFolder, openFolder } from './data-folder.ts';
import { filledAnswer, filledFigures, owner } from './filled.ts';

const operator = { tenant: 'default', user: 'op', role: 'operator', guest: false } as const;
const tags = { feature: 'default', synthetic: false, arrivedAtMs: 0 };
const claim = { owner, askId: 'ask-1', key: 'key-1', bodyHash: 'body-1', discreet: false, nowMs: 0, keepMs: 1e9, tags };
const everything = { owner, askId: 'ask-1', after: 0, limit: 10_000, nowMs: 0 };

function delta(seq: number): NumberedEvent {
  return { seq, event: { type: 'text-delta', text: `word ${seq} ` } };
}

/** Runs statements on a database that is closed, as a damaged disk or another release would have. */
function tamper(folder: string, statements: string): void {
  const database = new Database(join(folder, 'layover.db'));
  database.exec(statements);
  database.close();
}

it('[J1] [S1] elects one claim of 100 and one use of a link, through the thread', async () => {
  const { journal, sessions } = await openFolder(':memory:');
  await sessions.addLink({ tokenHash: 'l', grants: operator, expiresAtMs: 100 });
  const claims = Array.from({ length: 100 }, (_, at) => journal.claim({ ...claim, askId: `ask-${at}` }));
  const uses = Array.from({ length: 100 }, () => sessions.spendLink('l', 0));
  expect((await Promise.all(claims)).filter((result) => result.kind === 'run')).toHaveLength(1);
  expect((await Promise.all(uses)).filter((grants) => grants !== null)).toEqual([operator]);
});

it('[V3] shows a read every write that was called before it, though nobody waited', async () => {
  const { journal } = await openFolder(':memory:');
  void journal.claim(claim);
  for (let seq = 1; seq <= 2_500; seq++) void journal.append('ask-1', [delta(seq)]);
  expect((await journal.read(everything))?.events).toHaveLength(2_500);
});

it('[V3] fails one call of a batch by itself and keeps the others', async () => {
  const { journal, meta } = await openFolder(':memory:');
  const calls = await Promise.allSettled([
    meta.raiseEpoch(),
    journal.claim(claim),
    // A time that is no number is null to SQLite: the database itself refuses it in the middle of the batch.
    journal.claim({ ...claim, askId: 'ask-2', keepMs: Number.NaN, key: 'key-2' }),
    journal.append('ask-1', [delta(1)]),
    journal.append('ask-1', [delta(3)]),
    meta.raiseEpoch(),
  ]);
  expect(calls.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(calls[2]).toMatchObject({ reason: { code: 'storage_failed' } });
  expect(await meta.epoch()).toBe(3);
  expect((await journal.read(everything))?.events).toEqual([delta(1)]);
});

it('[V3] fails a call that cannot cross to the thread by itself, and keeps the others of its batch', async () => {
  const { journal, meta } = await openFolder(':memory:');
  const calls = await Promise.allSettled([
    meta.raiseEpoch(),
    journal.claim(Object.assign({ more: () => 'a function cannot cross' }, claim)),
    meta.raiseEpoch(),
  ]);
  expect(calls).toMatchObject([{ value: 2 }, { reason: { code: 'storage_failed' } }, { value: 3 }]);
  expect(await meta.epoch()).toBe(3);
});

it('[V4] refuses calls beyond its bound at once, and takes them again when it has caught up', async () => {
  const { meta } = await openFolder(':memory:');
  const waiting = Array.from({ length: MAX_WAITING }, () => meta.epoch());
  await expect(meta.epoch()).rejects.toMatchObject({ code: 'storage_failed' });
  await Promise.all(waiting);
  expect(await meta.epoch()).toBe(1);
});

it('[V3] writes what was called before it closes, and refuses what comes after', async () => {
  const folder = await makeFolder();
  const { meta, close, problems } = await openFolder(folder);
  const raised = Promise.all([meta.raiseEpoch(), meta.raiseEpoch()]);
  await Promise.all([close(), close()]);
  expect(await raised).toEqual([2, 3]);
  await expect(meta.epoch()).rejects.toMatchObject({ code: 'storage_failed' });
  expect(problems).toEqual([]);
  expect(await (await openFolder(folder)).meta.epoch()).toBe(3);
});

it('[V5] rejects what is pending when the thread dies, and says it once', async () => {
  const problems: Problem[] = [];
  const data = { file: ':memory:', cacheMaxBytes: 1e9, sealing: 'as-it-is' as const };
  const thread = await DatabaseThread.start(data, (problem) => problems.push(problem));
  const pending = [thread.call('meta.epoch', null), thread.call('meta.epoch', null)];
  const lost = Promise.allSettled(pending);
  await thread.abandon();
  for (const result of await lost) expect(result).toMatchObject({ reason: { code: 'storage_failed' } });
  await expect(thread.call('meta.epoch', null)).rejects.toThrow('The database thread ended');
  await thread.close();
  expect(problems).toHaveLength(1);
});

it('[J7] loses nothing that was acknowledged when the process is killed in the middle of writing', async () => {
  const folder = await makeFolder();
  const script = fileURLToPath(new URL('./write-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged >= 200) child.kill('SIGKILL');
  }
  const { journal, problems } = await openFolder(folder);
  expect(await journal.recover(0)).toMatchObject([{ askId: 'ask-1', run: 1, begun: true }]);
  const page = await journal.read(everything);
  expect(page?.state).toBe('incomplete');
  expect(page?.events.length).toBeGreaterThanOrEqual(acknowledged);
  expect(page?.events.map(({ seq }) => seq)).toEqual(page?.events.map((_, at) => at + 1));
  expect(problems).toEqual([]);
  expect(await journal.claim(claim)).toMatchObject({ kind: 'run', run: 2 });
});

it('[J11] takes events that cannot be read back as never stored, frees the key, and says so', async () => {
  const folder = await makeFolder();
  const first = await openFolder(folder);
  await first.journal.claim(claim);
  for (const seq of [1, 2, 3]) await first.journal.append('ask-1', [delta(seq)]);
  await first.journal.end('ask-1', 'answered', 0);
  await first.close();
  tamper(folder, `UPDATE ask_block SET json = '[{"seq":2,"event":{"type":"unheard-of"}}]' WHERE first_seq = 2`);

  const { journal, problems } = await openFolder(folder);
  expect(await journal.read(everything)).toEqual({ state: 'incomplete', events: [delta(1)] });
  expect(await journal.read(everything)).toEqual({ state: 'incomplete', events: [delta(1)] });
  expect(problems.map(({ code }) => code)).toEqual(['storage_failed']);
  expect(problems[0]?.message).toContain('Event 2 of ask `ask-1`');
  expect((await journal.claim(claim)).kind).toBe('run');
});

it('[C7] takes an answer or a session that cannot be read back as absent, and says so', async () => {
  const folder = await makeFolder();
  const first = await openFolder(folder);
  await first.cache.put({ ...filledAnswer, expiresAtMs: 1e12 });
  await first.sessions.addSession({ tokenHash: 's', grants: operator, expiresAtMs: 100 });
  await first.close();
  tamper(folder, `UPDATE answer SET json = '{"text": 1'; UPDATE session SET role = 'king'`);

  const { cache, sessions, problems } = await openFolder(folder);
  expect(await cache.get(filledAnswer.key, 0)).toBeNull();
  expect(await sessions.useSession('s', 0, 100)).toBeNull();
  expect(problems).toHaveLength(2);
});

it('[V6] opens the data folder of schema 1 and finds in it what was stored', async () => {
  const folder = await makeFolder();
  const fixture = new URL('../../fixtures/data/schema-1/layover.db', import.meta.url);
  await copyFile(fileURLToPath(fixture), join(folder, 'layover.db'));
  const { journal, cache, ledger, budget, sessions, meta, problems } = await openFolder(folder);
  expect(await journal.read(everything)).toEqual({ state: 'answered', events: [delta(1), delta(2)] });
  // A cap that comes later finds what was spent before there was a budget.
  const spent = await budget.lines({ monthOfMs: 0, tenant: null, nowMs: 0, limit: 10 });
  expect(spent.map(({ kind, spentNanoUsd }) => [kind, spentNanoUsd])).toEqual([
    ['tenant', 7],
    ['user', 7],
  ]);
  expect((await cache.get(filledAnswer.key, 0))?.answer).toEqual(filledAnswer.answer);
  expect(await ledger.figures({ tenant: null, fromMs: 0, toMs: 1e12 })).toMatchObject(filledFigures);
  expect(await sessions.useSession('session', 0, 1)).toEqual({
    tenant: 'acme',
    user: 'ada',
    role: 'operator',
    guest: false,
  });
  expect(await meta.settle('fingerprint')).toEqual({ epoch: 2, raised: false });
  expect(problems).toEqual([]);
});

it('[V6] refuses a database that a newer release has written, and leaves it as it is', async () => {
  const folder = await makeFolder();
  await (await openFolder(folder)).close();
  tamper(folder, `PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  const before = await readFile(join(folder, 'layover.db'));
  await expect(openFolder(folder)).rejects.toMatchObject({
    code: 'storage_failed',
    message: expect.stringContaining('was written by a newer Layover') as string,
  });
  expect(await readFile(join(folder, 'layover.db'))).toEqual(before);
});

it('[V7] refuses a file that is no database, a folder it cannot make and a file it cannot open, and says what to do', async () => {
  const folder = await makeFolder();
  await writeFile(join(folder, 'layover.db'), 'This is not a database. '.repeat(100));
  await expect(openFolder(folder)).rejects.toThrow(/is damaged .* move it away/);
  await expect(openFolder(join(folder, 'layover.db', 'inner'))).rejects.toThrow(/data folder .* cannot be written to/);
  await mkdir(join(folder, 'other', 'layover.db'), { recursive: true });
  await expect(openFolder(join(folder, 'other'))).rejects.toMatchObject({ code: 'storage_failed' });
});

it('[V8] keeps its files to their owner', async () => {
  const folder = join(await makeFolder(), 'made', 'here');
  await openFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'layover.db'))).mode & 0o777).toBe(0o600);
});
