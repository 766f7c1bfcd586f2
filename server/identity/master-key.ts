import { chmod, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '#shared/clock.ts';
import { mintToken } from './tokens.ts';

export interface MasterKey {
  key: string;
  source: 'environment' | 'configuration' | 'file';
  /** Lines to print at the start. */
  notices: string[];
}

/** Where a master key may come from, the first that has one first. */
export interface MasterKeySources {
  /** `LAYOVER_MASTER_KEY`. */
  environment: string | undefined;
  /** `general_settings.master_key`. */
  configured: string | null;
  /** Data folder, where `master-key` is made at the first start. */
  folder: string;
  random: Random;
}

/** The master key: the environment's, else the configuration's, else the file's, which is made when there is none. */
export async function readMasterKey(sources: MasterKeySources): Promise<MasterKey> {
  if (sources.environment !== undefined && sources.environment !== '') {
    return { key: sources.environment, source: 'environment', notices: [] };
  }
  if (sources.configured !== null && sources.configured !== '') {
    return { key: sources.configured, source: 'configuration', notices: [] };
  }
  return readOrMake(join(sources.folder, 'master-key'), sources.random);
}

async function readOrMake(path: string, random: Random): Promise<MasterKey> {
  const made = await make(path, random);
  if (made !== null) return { key: made, source: 'file', notices: [] };
  const key = (await readFile(path, 'utf8')).trim();
  if (key === '') throw new Error(`The file \`${path}\` is empty. Delete it: the next start makes a new master key.`);
  return { key, source: 'file', notices: await closeToOthers(path) };
}

/** Null when the file is there already: `wx` decides it, also between two starts at once. */
async function make(path: string, random: Random): Promise<string | null> {
  const key = `lk-${mintToken(random)}`;
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${key}\n`);
    } finally {
      await file.close();
    }
    return key;
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'EEXIST') return null;
    throw failure;
  }
}

async function closeToOthers(path: string): Promise<string[]> {
  const { mode } = await stat(path);
  // Windows has no such bits, and shows 0666 for every file.
  if ((mode & 0o077) === 0 || path.includes('\\')) return [];
  await chmod(path, 0o600);
  return [
    `\`${path}\` could be read by other users of this computer; now only by you. If you share it, make a new key.`,
  ];
}
