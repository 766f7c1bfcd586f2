/** Everything that stands in every database and every index of a disk, as one text: what anybody could read there. */
export async function everyWord(factory: IDBFactory): Promise<string> {
  const texts: string[] = [];
  for (const { name } of await factory.databases()) {
    const database = await settled(factory.open(name ?? ''));
    texts.push(name ?? '');
    for (const store of database.objectStoreNames) {
      const tx = database.transaction(store);
      texts.push(inWords(await settled(tx.objectStore(store).getAllKeys())));
      texts.push(inWords(await settled(tx.objectStore(store).getAll())));
    }
    database.close();
  }
  return texts.join('\n');
}

/** How many rows there are in the stores of that name, over all databases of a disk. */
export async function countRows(factory: IDBFactory, store: string): Promise<number> {
  let count = 0;
  for (const { name } of await factory.databases()) {
    const database = await settled(factory.open(name ?? ''));
    if (database.objectStoreNames.contains(store)) {
      count += await settled(database.transaction(store).objectStore(store).count());
    }
    database.close();
  }
  return count;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('The disk did not answer.'));
  });
}

/** JSON in which bytes stand as the text they would be. */
function inWords(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (member instanceof ArrayBuffer || ArrayBuffer.isView(member)) return new TextDecoder().decode(member);
    return member;
  });
}
