import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { holdEpoch } from '../../../server/store/epoch.ts';
import type { Stores } from '../../../server/store/open.ts';
import { makeFolder, openFolder } from './data-folder.ts';
import { filledAnswer } from './filled.ts';
import { openInPlace } from './in-place.ts';

/** The stores of a data folder that the first release wrote. */
async function openFirstRelease(): Promise<Stores> {
  const folder = await makeFolder();
  const fixture = new URL('../../fixtures/data/schema-1/layover.db', import.meta.url);
  await copyFile(fileURLToPath(fixture), join(folder, 'layover.db'));
  return openFolder(folder);
}

it('[C8] takes an answer of an earlier release, of which nobody knows whose it is, for anybody’s of its tenant', async () => {
  const { cache } = await openFirstRelease();
  expect(await cache.purge({ tenant: 'other', user: 'ada' })).toBe(0);
  expect(await cache.purge({ tenant: 'acme', user: 'somebody' })).toBe(1);
  expect(await cache.get(filledAnswer.key, 0)).toBeNull();
});

it('[C5] finds an answer of an earlier release by the ask it comes from', async () => {
  const { cache } = await openFirstRelease();
  expect(await cache.purge({ askId: 'ask-2' })).toBe(0);
  expect(await cache.purge({ askId: 'ask-1' })).toBe(1);
});

it('[V1] tells the epoch without asking for it, and never a lower one than before', async () => {
  const { meta, close } = openInPlace();
  const epoch = holdEpoch(meta, await meta.epoch());
  expect(epoch.current()).toBe(1);
  expect((await Promise.all([epoch.raise(), epoch.raise()])).sort()).toEqual([2, 3]);
  expect([epoch.current(), await meta.epoch()]).toEqual([3, 3]);
  await close();
});

it('[V10] overwrites what was removed, in the database and in the log of its writes', async () => {
  const folder = await makeFolder();
  const { cache, meta } = await openFolder(folder);
  const text = 'unmistakable '.repeat(1_000);
  await cache.put({ ...filledAnswer, answer: { ...filledAnswer.answer, text } });
  await cache.put({ ...filledAnswer, key: 'other', answer: { ...filledAnswer.answer, text: 'A short one.' } });
  const written = async (): Promise<string> => {
    const files = await Promise.all(['layover.db', 'layover.db-wal'].map((name) => readFile(join(folder, name))));
    return Buffer.concat(files).toString('latin1');
  };
  expect(await written()).toContain('unmistakable');
  await cache.purge({ key: filledAnswer.key });
  await meta.settleLog();
  expect(await written()).not.toContain('unmistakable');
  expect(await written()).toContain('A short one.');
});
