import { accessSync, constants, mkdirSync } from 'node:fs';
import type { Random } from '#shared/clock.ts';
import type { Log } from '#shared/log.ts';
import { Problem } from '#shared/problem.ts';
import { unreadableNotice } from './data-key.ts';
import { readMasterKey, type MasterKey } from './identity/master-key.ts';
import { mintToken } from './identity/tokens.ts';
import { StartProblem } from './start-problem.ts';
import { lockFolder, type FolderLock } from './store/folder-lock.ts';
import { openStores, type Stores } from './store/open.ts';

/** What a router stands on: its data folder with all that is kept in it, and the master key. */
export interface Ground {
  stores: Stores;
  masterKey: MasterKey;
  /** The data folder is ours; else everything is in memory, and gone at the end. */
  holdsFolder: boolean;
  /** Lines to print at the start. */
  notices: string[];
  release(): Promise<void>;
}

export interface GroundOptions {
  dataFolder: string;
  /** `LAYOVER_MASTER_KEY`, and the configuration's. */
  masterKey: { environment: string | undefined; configured: string | null };
  /** What answers and journal are sealed with; null where they are not. Throws a StartProblem where it is missing. */
  dataKey: () => Uint8Array | null;
  random: Random;
  log: Log;
}

/** Takes the data folder. Throws a StartProblem or a Problem that says what to do; then nothing of it is held. */
export async function openGround(options: GroundOptions): Promise<Ground> {
  makeFolder(options.dataFolder);
  const lock = holdFolder(options.dataFolder);
  try {
    const masterKey = await readKey(options);
    const key = options.dataKey();
    const { dataFolder, log } = options;
    const stores = await openStores({ dataFolder, sealing: { key }, onProblem: said(log) });
    const sealed = stores.unreadable === 0 ? [] : [unreadableNotice(stores.unreadable, key !== null)];
    return groundOf({ stores, masterKey, lock, notices: [...masterKey.notices, ...sealed] });
  } catch (failure) {
    lock.release();
    throw failure;
  }
}

/**
 * For a bypass that must come up although the data folder cannot be used: everything in memory. Keys that are stored are not
 * known then; the master key is, if it can be read.
 */
export async function openGroundInMemory(options: GroundOptions, why: unknown): Promise<Ground> {
  const masterKey = await readKey(options).catch((failure: unknown) => unknownKey(options.random, failure));
  const stores = await openStores({ dataFolder: ':memory:', onProblem: said(options.log) });
  const notices = [
    `The data folder \`${options.dataFolder}\` cannot be used: ${sentenceOf(why)}`,
    'Bypass goes on without it: what is booked is kept in memory and lost at the stop, sessions too. Of the keys only the master key is known.',
    ...masterKey.notices,
  ];
  return groundOf({ stores, masterKey, lock: null, notices });
}

function groundOf(parts: { stores: Stores; masterKey: MasterKey; lock: FolderLock | null; notices: string[] }): Ground {
  const { stores, masterKey, lock, notices } = parts;
  return {
    ...{ stores, masterKey, notices },
    holdsFolder: lock !== null,
    async release() {
      await stores.close();
      lock?.release();
    },
  };
}

function readKey({ masterKey, dataFolder, random }: GroundOptions): Promise<MasterKey> {
  return readMasterKey({ ...masterKey, folder: dataFolder, random });
}

/** A key that nobody has: the links of the start still sign in. */
function unknownKey(random: Random, failure: unknown): MasterKey {
  return {
    key: `lk-${mintToken(random)}`,
    source: 'file',
    notices: [
      `No master key can be read (${sentenceOf(failure)}), so no key is accepted. Set \`LAYOVER_MASTER_KEY\` and start again.`,
    ],
  };
}

function said(log: Log): (problem: Problem) => void {
  return (problem) => log.error({ err: problem }, 'The database had a problem.');
}

function sentenceOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}

/** Two routers on one folder would take each other's asks for cut off, and run and bill them again. */
function holdFolder(folder: string): FolderLock {
  const lock = lockFolder(folder);
  if (lock !== null) return lock;
  throw new StartProblem(
    `Another router runs on the data folder \`${folder}\`. Stop it, or give this one a folder of its own in \`LAYOVER_DATA\`.`,
  );
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StartProblem(
      `The data folder \`${folder}\` cannot be written. Make it writable, or name another in \`LAYOVER_DATA\`.`,
      cause,
    );
  }
}
