import 'fake-indexeddb/auto';
import { wrap as wrapByIdb, type IDBPDatabase } from 'idb';
import { describe, expect, it } from 'vitest';
import { wrap as wrapLightly } from '../../sw/light-idb.ts';

/** What the device does with idb, by idb itself and by what stands for it in the built worker. */
const wrappers = [
  ['idb', wrapByIdb as (value: unknown) => unknown],
  ['the worker’s', wrapLightly],
] as const;

let nth = 0;

describe.each(wrappers)('promises of IndexedDB by %s', (_name, wrap) => {
  async function open(): Promise<IDBPDatabase> {
    const request = indexedDB.open(`contract-${nth++}`, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore('rows', { keyPath: 'id' });
      store.createIndex('order', 'order', { unique: true });
    };
    const database = (await wrap(request)) as IDBPDatabase;
    const tx = database.transaction(['rows'], 'readwrite', { durability: 'relaxed' });
    for (const id of ['a', 'b', 'c']) await tx.objectStore('rows').put({ id, order: id.charCodeAt(0) });
    await tx.done;
    return database;
  }

  it('[W17] reads what was written, by key and by index', async () => {
    const database = await open();
    expect(database.objectStoreNames.contains('rows')).toBe(true);
    const tx = database.transaction(['rows'], 'readonly');
    const rows = tx.objectStore('rows');
    const [one, none, all, keys, count, key] = await Promise.all([
      rows.get('b') as Promise<unknown>,
      rows.get('z') as Promise<unknown>,
      rows.index('order').getAll() as Promise<unknown[]>,
      rows.index('order').getAllKeys(null, 2),
      rows.count(),
      rows.getKey('c'),
      tx.done,
    ]);
    expect([one, none, all.length, keys, count, key]).toEqual([
      { id: 'b', order: 98 },
      undefined,
      3,
      ['a', 'b'],
      3,
      'c',
    ]);
    database.close();
  });

  it('[W17] walks a cursor, with keys and values, to its end', async () => {
    const database = await open();
    const seen: unknown[] = [];
    const tx = database.transaction(['rows'], 'readonly');
    let cursor = await tx.objectStore('rows').index('order').openCursor(null, 'prev');
    while (cursor !== null) {
      seen.push([cursor.key, cursor.primaryKey, cursor.value]);
      cursor = await cursor.continue();
    }
    let key = await tx.objectStore('rows').openKeyCursor();
    for (; key !== null; key = await key.continue()) seen.push(key.key);
    await tx.done;
    expect(seen).toEqual([
      [99, 'c', { id: 'c', order: 99 }],
      [98, 'b', { id: 'b', order: 98 }],
      [97, 'a', { id: 'a', order: 97 }],
      'a',
      'b',
      'c',
    ]);
    database.close();
  });

  it('[W17] deletes and clears, and is done only when that is committed', async () => {
    const database = await open();
    const tx = database.transaction(['rows'], 'readwrite');
    await tx.objectStore('rows').delete('a');
    expect(await tx.objectStore('rows').count()).toBe(2);
    await tx.objectStore('rows').clear();
    await tx.done;
    expect(await database.transaction(['rows']).objectStore('rows').count()).toBe(0);
    database.close();
  });

  it('[W17] rejects what a store refuses, and the transaction with it', async () => {
    const database = await open();
    const tx = database.transaction(['rows'], 'readwrite');
    const done = tx.done.then(
      () => 'committed',
      () => 'not committed',
    );
    await expect(tx.objectStore('rows').add({ id: 'd', order: 98 })).rejects.toMatchObject({ name: 'ConstraintError' });
    expect(await done).toBe('not committed');
    expect(await database.transaction(['rows']).objectStore('rows').count()).toBe(3);
    database.close();
  });

  it('[W17] tells a transaction that was given up', async () => {
    const database = await open();
    const tx = database.transaction(['rows'], 'readwrite');
    const put = (tx.objectStore('rows').put({ id: 'd', order: 100 }) as Promise<unknown>).catch(
      (cause: unknown) => cause,
    );
    tx.abort();
    await expect(tx.done).rejects.toMatchObject({ name: 'AbortError' });
    expect(await put).toMatchObject({ name: 'AbortError' });
    database.close();
  });

  it('[W17] rejects a database that cannot be opened, and throws where the browser throws', async () => {
    const database = await open();
    const older = indexedDB.open(database.name, 1);
    ((await wrap(older)) as IDBPDatabase).close();
    const newer = (await wrap(indexedDB.open(`contract-${nth++}`, 5))) as IDBPDatabase;
    newer.close();
    await expect(wrap(indexedDB.open(newer.name, 4))).rejects.toMatchObject({ name: 'VersionError' });
    expect(() => database.transaction(['none'])).toThrow(expect.objectContaining({ name: 'NotFoundError' }));
    database.close();
    expect(() => database.transaction(['rows'])).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  });

  it('[W17] lets a newer version take the database over', async () => {
    const database = await open();
    let asked = 0;
    database.addEventListener('versionchange', () => {
      asked++;
      database.close();
    });
    const next = (await wrap(indexedDB.open(database.name, 2))) as IDBPDatabase;
    expect([asked, next.version]).toEqual([1, 2]);
    next.close();
  });
});
