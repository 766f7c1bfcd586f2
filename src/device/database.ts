import { wrap, type IDBPDatabase, type IDBPTransaction } from 'idb';
import type { Vault } from '#device/vault.ts';

/** Version of the schema as Dexie counts it; IndexedDB's own number is ten times that. Versions are only ever added. */
export const DEXIE_VERSION = 2;
export const NATIVE_VERSION = DEXIE_VERSION * 10;

/** The stores of one person's database, in Dexie's words: the primary key, then the indexes. The one place that says so. */
export const DEXIE_STORES = {
  conversations: 'id, updatedAtMs',
  turns: 'id, conversationId',
  answers: 'askId, state.kind, updatedAtMs',
  saved: 'key, savedAtMs, [usedAtMs+bytes]',
  outbox: 'askId, order',
  drafts: 'conversationId, updatedAtMs',
  events: 'event_id, asked_at_ms',
  packs: 'id, updatedAtMs',
} as const;

/** The small database beside them: which policy holds, how the line was, this device's key. */
export const META_DATABASE = 'layover';
export const META_STORES = { settings: 'name' } as const;

export type StoreName = keyof typeof DEXIE_STORES | keyof typeof META_STORES;

/** A database and whoever must hear of changes in it. */
export interface Place {
  factory: IDBFactory;
  name: string;
  /** Posts on the BroadcastChannel of that name. */
  post: (channel: string, message: unknown) => void;
  /** Seals what a person keeps; null for the small database, which holds nothing of anybody. */
  vault: Vault | null;
  /** Throws where the simulator has a write fail. */
  refuseWrite?: () => void;
}

/** One person's database on this device. */
export function databaseName(tenantHash: string, userHash: string): string {
  return `layover:${tenantHash}:${userHash}`;
}

export type ReadTransaction = IDBPTransaction<unknown, StoreName[], 'readonly'>;
export type WriteTransaction = IDBPTransaction<unknown, StoreName[], 'readwrite'>;

/** Reads in one transaction. Await nothing in `run` but the transaction itself, or it ends. */
export function read<T>(place: Place, stores: StoreName[], run: (tx: ReadTransaction) => Promise<T>): Promise<T> {
  return onceMore(() =>
    withDatabase(place, async (database) => {
      const tx = database.transaction(stores, 'readonly');
      const [result] = await Promise.all([run(tx), tx.done]);
      return result;
    }),
  );
}

/** Writes in one transaction, committed when this resolves, then tells every page's Dexie. `strict` reaches the disk first. */
export async function write<T>(
  place: Place,
  stores: StoreName[],
  run: (tx: WriteTransaction) => Promise<T>,
  durability: 'strict' | 'relaxed' = 'relaxed',
): Promise<T> {
  place.refuseWrite?.();
  const result = await onceMore(() =>
    withDatabase(place, async (database) => {
      const tx = database.transaction(stores, 'readwrite', { durability });
      const [done] = await Promise.all([run(tx), tx.done]);
      return done;
    }),
  );
  place.post(DEXIE_CHANNEL, EVERYTHING);
  return result;
}

/** Dexie's own channel (4.4.7): a write that Dexie did not make must be told on it, or its live queries stay stale. */
export const DEXIE_CHANNEL = 'x-storagemutated-1';
const EVERYTHING = { all: { from: -Infinity, to: [[]], d: 1 } };

/** Whether the device refused to store more. */
export function isOutOfSpace(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'QuotaExceededError';
}

/**
 * Safari loses its connection when its storage process dies, and a browser may abort a transaction by itself: a fresh one works.
 * Nothing was committed, so once more is safe.
 */
async function onceMore<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    if (!(thrown instanceof Error) || !['UnknownError', 'InvalidStateError', 'AbortError'].includes(thrown.name))
      throw thrown;
    return await run();
  }
}

/** Opens for one operation: 0.4 ms, and no open handle ever blocks another tab's upgrade. */
async function withDatabase<T>(place: Place, run: (database: IDBPDatabase) => Promise<T>): Promise<T> {
  place.vault?.check();
  const stores = place.name === META_DATABASE ? META_STORES : DEXIE_STORES;
  const database = await openWhatIsThere(place, stores);
  try {
    return await run(database);
  } finally {
    database.close();
  }
}

async function openWhatIsThere(place: Place, stores: Record<string, string>): Promise<IDBPDatabase> {
  try {
    return await open(place, stores, NATIVE_VERSION);
  } catch (thrown) {
    // A newer page has upgraded it (or Dexie raised the version by itself): schemas only grow, so what is there will do.
    if (!(thrown instanceof Error) || thrown.name !== 'VersionError') throw thrown;
    return await open(place, stores, undefined);
  }
}

async function open(place: Place, stores: Record<string, string>, version: number | undefined): Promise<IDBPDatabase> {
  const request = place.factory.open(place.name, version);
  request.onupgradeneeded = () => ensureStores(request.result, stores);
  const database = (await wrap(request)) as IDBPDatabase;
  database.addEventListener('versionchange', () => database.close());
  const missing = Object.keys(stores).filter((name) => !database.objectStoreNames.contains(name));
  if (missing.length === 0) return database;
  database.close();
  throw new Error(`The database of this device lacks \`${missing.join('`, `')}\`.`);
}

/** Creates the same stores and indexes that Dexie would. */
function ensureStores(database: IDBDatabase, stores: Record<string, string>): void {
  for (const [name, words] of Object.entries(stores)) {
    if (database.objectStoreNames.contains(name)) continue;
    const [primary, ...indexes] = words.split(', ');
    const store = database.createObjectStore(name, { keyPath: primary ?? 'id' });
    for (const index of indexes) {
      store.createIndex(index, index.startsWith('[') ? index.slice(1, -1).split('+') : index);
    }
  }
}
