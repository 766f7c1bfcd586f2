import { Dexie, liveQuery, type DexieOptions } from 'dexie';
import { addTurn, listConversations, readConversation } from '#device/conversations.ts';
import { DEXIE_STORES, DEXIE_VERSION, type Place } from '#device/database.ts';

/**
 * What idb in the worker and Dexie in the page must agree on, shown in whatever place it is given: a fake database in Node, or a real
 * browser's. Each verb gives what it saw; the test that calls it says what that should be.
 */

const TURN = { id: 'a1', conversationId: 'c1', prompt: 'Why is the sky blue?', feature: 'chat', askedAtMs: 5 };

/** The database as it is when we made it and Dexie opened it, and the other way round; and what each read of the other. */
export async function openInBothOrders(ours: Place, theirs: Place, options: DexieOptions = {}): Promise<unknown> {
  await addTurn(ours, TURN);
  const afterUs = openDexie(ours.name, options);
  const readByDexie: unknown = await afterUs.table('turns').get(TURN.id);
  const beforeUs = openDexie(theirs.name, { ...options, indexedDB: theirs.factory });
  await beforeUs.open();
  await addTurn(theirs, TURN);
  const readByUs = await readConversation(theirs, TURN.conversationId);
  const seen = {
    versions: [afterUs.backendDB().version, beforeUs.backendDB().version],
    shapes: [shapeOf(afterUs.backendDB()), shapeOf(beforeUs.backendDB())],
    readByDexie: (readByDexie as { conversationId?: string } | undefined)?.conversationId,
    readByUs: readByUs.map(({ turn }) => turn.prompt),
  };
  afterUs.close();
  beforeUs.close();
  return seen;
}

/** Titles that we read and write in a database that somebody with a later schema has opened before. */
export async function openWhatIsNewer(place: Place, options: DexieOptions = {}): Promise<string[]> {
  const newer = new Dexie(place.name, options);
  newer.version(DEXIE_VERSION + 1).stores({ ...DEXIE_STORES, later: 'id' });
  await newer.open();
  newer.close();
  await addTurn(place, TURN);
  return (await listConversations(place)).map(({ title }) => title);
}

/** How many rows a live query of Dexie's on an index shows first, and as soon as it shows any, for a write of ours alone. */
export async function followWrite(place: Place, options: DexieOptions = {}): Promise<number[]> {
  const dexie = openDexie(place.name, options);
  await dexie.open();
  const counts = await new Promise<number[]>((resolve, reject) => {
    const seen: number[] = [];
    const subscription = liveQuery(() => dexie.table('turns').orderBy('conversationId').toArray()).subscribe({
      next(rows) {
        seen.push(rows.length);
        if (seen.length === 1) addTurn(place, TURN).catch(reject);
        if (rows.length === 0) return;
        subscription.unsubscribe();
        resolve([seen[0] ?? 0, rows.length]);
      },
      error: reject,
    });
  });
  dexie.close();
  return counts;
}

function openDexie(name: string, options: DexieOptions): Dexie {
  const dexie = new Dexie(name, options);
  dexie.version(DEXIE_VERSION).stores(DEXIE_STORES);
  return dexie;
}

function shapeOf(database: IDBDatabase): unknown {
  return [...database.objectStoreNames].map((name) => {
    const store = database.transaction(name).objectStore(name);
    return [name, store.keyPath, [...store.indexNames].map((index) => [index, store.index(index).keyPath])];
  });
}
