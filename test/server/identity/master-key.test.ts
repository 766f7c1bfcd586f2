import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMasterKey } from '../../../server/identity/master-key.ts';
import { seededRandom } from '../../fakes/random.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layover-key-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sources = () => ({ environment: undefined, configured: null, folder, random: seededRandom() });

test('[I2] the environment goes before the configuration, and that before the file', async () => {
  await writeFile(join(folder, 'master-key'), 'from-file\n', { mode: 0o600 });
  const all = { ...sources(), environment: 'from-environment', configured: 'from-configuration' };
  expect(await readMasterKey(all)).toMatchObject({ key: 'from-environment', source: 'environment' });
  expect(await readMasterKey({ ...all, environment: '' })).toMatchObject({ key: 'from-configuration' });
  expect(await readMasterKey(sources())).toMatchObject({ key: 'from-file', source: 'file', notices: [] });
});

test('[I2] the first start makes a key that only its owner can read, and the second finds it', async () => {
  const made = await readMasterKey(sources());
  expect(made.key).toMatch(/^lk-[A-Za-z0-9_-]{43}$/);
  expect((await stat(join(folder, 'master-key'))).mode & 0o777).toBe(0o600);
  const again = await readMasterKey({ ...sources(), random: seededRandom(2) });
  expect(again.key).toBe(made.key);
});

test('[I2] a key that others could read is closed to them, and the start says so', async () => {
  const path = join(folder, 'master-key');
  await writeFile(path, 'shared\n');
  await chmod(path, 0o644);
  const { notices } = await readMasterKey(sources());
  expect(notices.join()).toContain('could be read by other users');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, 'utf8')).toBe('shared\n');
});

test('[I2] an empty key file ends the start with what to do', async () => {
  await writeFile(join(folder, 'master-key'), '\n', { mode: 0o600 });
  await expect(readMasterKey(sources())).rejects.toThrow(/is empty. Delete it/);
});
