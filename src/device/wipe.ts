import { read, write } from '#device/database.ts';
import type { Device } from '#device/parts.ts';
import { SIGN_OUT_DUE } from '#device/sign-out.ts';
import { keySetting } from '#device/vault.ts';

/** Milliseconds for which the removal of a database may be held up by somebody who has it open. */
const REMOVAL_LIMIT_MS = 5_000;

/**
 * Removes all that a person left on this device, with or without a line. The key goes first: from then on the rest is noise, on
 * whatever copy of the disk. Then every tab is told, and the database goes. What is outstanding is noted in the same step, so that
 * a device that dies in the middle goes on where it was. `database` is empty where none was ever opened.
 */
export async function wipePerson(device: Device, database: string): Promise<void> {
  await write(
    device.meta,
    ['settings'],
    async (tx) => {
      const settings = tx.objectStore('settings');
      const names = (await settings.getAllKeys()).map(String);
      const own = keySetting(database);
      const alone = !names.some((name) => name !== own && name.startsWith(keySetting('')));
      for (const name of names) if (alone || !isOfOthers(name, database)) await settings.delete(name);
      await settings.put({ name: SIGN_OUT_DUE, value: database });
    },
    'strict',
  );
  device.lockUp();
  device.tell({ type: 'signed-out' });
  await removeDatabase(device, database);
}

/**
 * Removes the databases whose key is gone: what this worker was writing when somebody signed out elsewhere may have made one anew. One
 * whose person is back has a key again.
 */
export async function removeKeyless(device: Device, databases: readonly string[]): Promise<void> {
  const kept = await read(device.meta, ['settings'], (tx) => tx.objectStore('settings').getAllKeys());
  for (const name of databases) if (!kept.map(String).includes(keySetting(name))) await removeDatabase(device, name);
}

/** Removes a database, if there is one; false when somebody held it open for so long that it is left to the browser and the next visit. */
export function removeDatabase({ factory, clock }: Pick<Device, 'factory' | 'clock'>, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(REMOVAL_LIMIT_MS, () => resolve(false));
    const end = (removed: boolean): void => {
      cancel();
      resolve(removed);
    };
    // Whoever has it open is asked by the browser to let go, and does.
    const removal = factory.deleteDatabase(name);
    removal.onsuccess = () => end(true);
    removal.onerror = () => end(false);
  });
}

/**
 * Keys and notes of other people's databases; and the key of lookups, without which they would find nothing of theirs again. Where
 * nobody is known who leaves, everybody else is another.
 */
function isOfOthers(name: string, database: string): boolean {
  return name === 'device-key' || (name.includes(':') && (database === '' || !name.endsWith(database)));
}
