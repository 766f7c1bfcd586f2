import { createHash } from 'node:crypto';
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

const claim = {
  ...{ owner, askId: 'ask-1', key: 'key-1', bodyHash: 'b', discreet: false, nowMs: 0, keepMs: 1e12 },
  tags: { feature: 'default', synthetic: false, arrivedAtMs: 0 },
};

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
  await journal.claim(claim);
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
  const [one, other] = ['k', 'l'].map((key) => sealer.blind(key));
  database.exec(`UPDATE answer SET json = (SELECT json FROM answer WHERE key = '${other}') WHERE key = '${one}'`);
  database.close();
  const after = await open(folder, KEY);
  expect(await after.cache.get('k', 0)).toBeNull();
  expect(after.problems).toHaveLength(1);
});

const HASH = createHash('sha256').update('A short question?').digest('hex');
const hashed = { ...claim, askId: 'ask-2', key: 'key-2', bodyHash: HASH, cacheKey: HASH };

/** An ask and its answer, by a hash that a guess could be tried against. */
async function askHashed({ cache, journal }: Stores): Promise<void> {
  await cache.put({ ...filledAnswer, key: HASH, answer: words });
  await journal.claim(hashed);
  await journal.end('ask-2', 'answered', 0);
}

/** What that hash finds. */
async function foundByHash({ cache, journal }: Stores): Promise<unknown[]> {
  return [(await cache.get(HASH, 0))?.answer.text, await journal.claim({ ...hashed, askId: 'ask-3' })];
}

const known = [words.text, { kind: 'same', askId: 'ask-2', state: 'answered' }];

it('[UK13] keeps no hash on the disk against which a guess could be tried, and finds by it all the same', async () => {
  const folder = await makeFolder();
  const stores = await open(folder, KEY);
  await askHashed(stores);
  expect(await foundByHash(stores)).toEqual(known);
  expect(await stores.journal.claim({ ...hashed, bodyHash: 'another' })).toEqual({ kind: 'other-body' });
  const key = await stores.journal.cacheKeyOf('ask-2');
  expect(await stores.cache.purge(key === null ? {} : { key })).toBe(1);
  expect(await stores.cache.get(HASH, 0)).toBeNull();
  await stores.close();
  expect(await bytesOf(folder)).not.toContain(HASH);
});

it('[UK10] [UK13] seals and blinds what stood open when sealing is switched on, again and again, and the newer answer stays', async () => {
  const folder = await makeFolder();
  for (const key of [null, KEY, null, KEY]) {
    const stores = await open(folder, key);
    await askHashed(stores);
    expect(await foundByHash(stores)).toEqual(known);
    await stores.close();
    if (key !== null) for (const open of [HASH, 'unmistakable']) expect(await bytesOf(folder)).not.toContain(open);
  }
});

it('[UK13] takes an ask that was blinded under another key for the same: its own key says so', async () => {
  const folder = await makeFolder();
  const first = await open(folder, KEY);
  await askHashed(first);
  await first.close();
  for (const key of [OTHER, null]) {
    const stores = await open(folder, key);
    expect(await foundByHash(stores)).toEqual([undefined, known[1]]);
    await stores.close();
  }
});

it('[UK13] blinds what an earlier release sealed beside open hashes', async () => {
  const folder = await makeFolder();
  const stores = await open(folder, null);
  await askHashed(stores);
  await stores.close();
  const sealer = createSealer(KEY);
  const database = new Database(join(folder, 'layover.db'));
  const sealed = sealer.seal(JSON.stringify(words), { purpose: 'answer', tenant: filledAnswer.tenant, id: HASH });
  database.prepare('UPDATE answer SET json = ?').run(sealed);
  database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('data-key', ?)").run(sealer.keyId);
  database.close();
  const after = await open(folder, KEY);
  expect([await foundByHash(after), after.unreadable, after.problems]).toEqual([known, 0, []]);
  await after.close();
  expect(await bytesOf(folder)).not.toContain(HASH);
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
