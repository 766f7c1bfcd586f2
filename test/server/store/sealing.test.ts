import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { dataKeyFor, unreadableNotice } from '../../../server/data-key.ts';
import { openStores, type Stores } from '../../../server/store/open.ts';
import { createSealer, plainSealer, readDataKey, type SealedPlace } from '../../../server/store/sealer.ts';
import { configurationOf } from '../ask/sample-configuration.ts';
import { makeFolder } from './data-folder.ts';
import { filledAnswer, owner } from './filled.ts';

const KEY = new Uint8Array(32).fill(7);
const OTHER = new Uint8Array(32).fill(8);
const place: SealedPlace = { purpose: 'answer', tenant: 'acme', id: 'k' };
const words = { ...filledAnswer.answer, text: 'An unmistakable answer.' };
const reading = { owner, askId: 'ask-1', after: 0, limit: 100, nowMs: 0 };

interface Opened extends Stores {
  unreadable: number;
  problems: string[];
}

async function open(dataFolder: string, key: Uint8Array | null): Promise<Opened> {
  const problems: string[] = [];
  const stores = await openStores({ dataFolder, sealing: { key }, onProblem: ({ message }) => problems.push(message) });
  onTestFinished(() => stores.close());
  return { ...stores, problems };
}

/** Keeps an answer, and an ask that got it. */
async function fill({ cache, journal }: Stores): Promise<void> {
  await cache.put({ ...filledAnswer, answer: words });
  const tags = { feature: 'default', synthetic: false, arrivedAtMs: 0 };
  await journal.claim({
    owner,
    askId: 'ask-1',
    key: 'key-1',
    bodyHash: 'b',
    discreet: false,
    nowMs: 0,
    keepMs: 1e12,
    tags,
  });
  for (const seq of [1, 2])
    await journal.append('ask-1', [{ seq, event: { type: 'text-delta', text: 'unmistakable ' } }]);
  await journal.end('ask-1', 'answered', 0);
}

async function found({
  cache,
  journal,
}: Stores): Promise<{ answer: string | null; journal: string | undefined; events: number }> {
  const page = await journal.read(reading);
  const answer = await cache.get(filledAnswer.key, 0);
  return { answer: answer?.answer.text ?? null, journal: page?.state, events: page?.events.length ?? 0 };
}

async function bytesOf(folder: string): Promise<string> {
  const names = await readdir(folder);
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
  return files.join('');
}

const whole = { answer: words.text, journal: 'answered', events: 2 };
const absent = { answer: null, journal: 'expired', events: 0 };

it('[UK10] keeps no word of an answer on the disk, while it runs and after, and gives every one back', async () => {
  const folder = await makeFolder();
  const stores = await open(folder, KEY);
  await fill(stores);
  expect(await bytesOf(folder)).not.toContain('unmistakable');
  expect(await found(stores)).toEqual(whole);
  await stores.close();
  expect(await bytesOf(folder)).not.toContain('unmistakable');
  const again = await open(folder, KEY);
  expect([await found(again), again.unreadable, again.problems]).toEqual([whole, 0, []]);
});

it('[UK10] seals what stood open when it is switched on, free pages and the log of writes included', async () => {
  const folder = await makeFolder();
  const before = await open(folder, null);
  await fill(before);
  expect(await bytesOf(folder)).toContain('unmistakable');
  await before.close();
  const stores = await open(folder, KEY);
  expect(await bytesOf(folder)).not.toContain('unmistakable');
  expect([await found(stores), stores.unreadable]).toEqual([whole, 0]);
});

it('[UK10] seals the same text otherwise each time', () => {
  const sealer = createSealer(KEY);
  const [one, two] = [sealer.seal('same', place), sealer.seal('same', place)];
  expect(one).not.toBe(two);
  expect([sealer.open(one, place), sealer.open(two, place)]).toEqual(Array(2).fill({ kind: 'text', text: 'same' }));
});

it('[UK11] takes what another key sealed, or a key that is not given, for absent, says how much it is, and loses nothing of it', async () => {
  const folder = await makeFolder();
  const first = await open(folder, KEY);
  await fill(first);
  await first.close();
  for (const key of [OTHER, null, OTHER]) {
    const stores = await open(folder, key);
    expect([await found(stores), stores.unreadable, stores.problems]).toEqual([absent, 3, []]);
    await stores.close();
  }
  const stores = await open(folder, KEY);
  expect([await found(stores), stores.unreadable]).toEqual([whole, 0]);
});

it('[UK11] goes on under another key, and keeps both apart', async () => {
  const folder = await makeFolder();
  const first = await open(folder, KEY);
  await fill(first);
  await first.close();
  const second = await open(folder, OTHER);
  await second.cache.put({ ...filledAnswer, key: 'new', answer: words });
  expect((await second.cache.get('new', 0))?.answer).toEqual(words);
  await second.close();
  expect(await bytesOf(folder)).not.toContain('unmistakable');
});

it('[UK11] takes other bytes than were sealed, and those of another row, for damaged', async () => {
  const sealer = createSealer(KEY);
  const sealed = sealer.seal('words', place);
  for (const other of [{ tenant: 'other' }, { id: 'l' }, { purpose: 'journal' as const }])
    expect(sealer.open(sealed, { ...place, ...other })).toEqual({ kind: 'damaged' });
  for (const bytes of [`${sealed.slice(0, -8)}AAAAAAA=`, sealed.slice(0, 20), sealed.slice(0, 12)])
    expect(sealer.open(bytes, place)).toEqual({ kind: 'damaged' });
  expect(plainSealer.open(sealed, place)).toEqual({ kind: 'foreign' });

  const folder = await makeFolder();
  const stores = await open(folder, KEY);
  await fill(stores);
  await stores.cache.put({ ...filledAnswer, key: 'l' });
  await stores.close();
  const database = new Database(join(folder, 'layover.db'));
  database.exec("UPDATE answer SET json = (SELECT json FROM answer WHERE key = 'l') WHERE key = 'k'");
  database.close();
  const after = await open(folder, KEY);
  expect(await after.cache.get('k', 0)).toBeNull();
  expect(after.problems).toHaveLength(1);
});

it('[UK12] takes 32 bytes in base64 or hexadecimal for a key, and nothing else', () => {
  const bytes = Buffer.from(KEY);
  for (const text of [
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    ` ${bytes.toString('hex')}\n`,
  ])
    expect(Buffer.from(readDataKey(text) ?? [])).toEqual(bytes);
  const wrong = [
    '',
    'secret',
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
    'g'.repeat(64),
  ];
  expect(wrong.map(readDataKey)).toEqual(wrong.map(() => null));
});

it('[UK12] ends a start that has no key to seal with, and asks for none where nothing is sealed', () => {
  const configuration = configurationOf([], {});
  expect(dataKeyFor({ configuration, dataKey: 'nonsense' })).toBeNull();
  configuration.general.encrypt = true;
  expect(() => dataKeyFor({ configuration })).toThrow(/`LAYOVER_DATA_KEY` is not set. Make one with/);
  expect(() => dataKeyFor({ configuration, dataKey: '' })).toThrow('is not set');
  expect(() => dataKeyFor({ configuration, dataKey: 'too-short' })).toThrow(/is not 32 bytes .* Make one with/);
  expect(dataKeyFor({ configuration, dataKey: 'ab'.repeat(32) })).toHaveLength(32);
  expect(unreadableNotice(3, true)).toContain('not the key that they were written with');
  expect(unreadableNotice(3, false)).toContain('Set `cache.encrypt: true`');
});
