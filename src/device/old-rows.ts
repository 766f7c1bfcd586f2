import * as z from 'zod/mini';
import { META_DATABASE, read, write, type Place } from '#device/database.ts';
import { readRow, sealedRowSchema } from '#device/rows.ts';
import {
  openRow,
  PERSONAL_STORES,
  readPlain,
  sealRow,
  type PersonalStore,
  type StoredRow,
} from '#device/sealed-rows.ts';
import { readSetting, writeSetting } from '#device/settings.ts';
import { checkedSetting, SEALED_VERSION } from '#device/vault.ts';

/** Rows that are looked at in one go. */
const AT_ONCE = 100;

/**
 * Looks through a person's rows until a look found all of them sealed: what stands in the plain form of earlier versions is sealed
 * now, what nobody can open any more goes. Resolves to how many were sealed. Only pages do this; meanwhile the worker counts such
 * rows as absent, and touches none.
 */
export async function sealOldRows(place: Place): Promise<number> {
  const meta: Place = { ...place, name: META_DATABASE, vault: null };
  // A key that has to be made says that nothing here was looked at yet.
  await place.vault?.ready();
  const checked = await readSetting(meta, checkedSetting(place.name), z.number());
  if (checked !== null && checked >= SEALED_VERSION) return 0;
  let sealed = 0;
  for (const store of PERSONAL_STORES) sealed += await lookThrough(place, store);
  // A page of an earlier version may still be open and write: the next look will say.
  if (sealed === 0) await writeSetting(meta, checkedSetting(place.name), SEALED_VERSION);
  return sealed;
}

async function lookThrough(place: Place, store: PersonalStore): Promise<number> {
  let sealed = 0;
  let after: IDBKeyRange | null = null;
  for (;;) {
    const keys: IDBValidKey[] = await read(place, [store], (tx) => tx.objectStore(store).getAllKeys(after, AT_ONCE));
    for (const key of keys) if ((await lookAt(place, store, key)) === 'sealed') sealed += 1;
    const last = keys.at(-1);
    if (last === undefined || keys.length < AT_ONCE) return sealed;
    after = IDBKeyRange.lowerBound(last, true);
  }
}

async function lookAt(place: Place, store: PersonalStore, key: IDBValidKey): Promise<'kept' | 'sealed' | 'removed'> {
  const raw: unknown = await read(place, [store], (tx) => tx.objectStore(store).get(key));
  if ((await openRow(place, store, raw)) !== null) return 'kept';
  const plain = formOf(raw) === 'plain' ? readPlain(store, raw) : null;
  const stored: StoredRow | null = plain === null ? null : await sealRow(place, store, plain);
  return write(
    place,
    [store],
    async (tx) => {
      // Somebody else may have been quicker, and what they wrote is newer.
      if (formOf(await tx.objectStore(store).get(key)) !== formOf(raw)) return 'kept';
      if (stored === null) await tx.objectStore(store).delete(key);
      else await tx.objectStore(store).put(stored);
      return stored === null ? 'removed' : 'sealed';
    },
    'strict',
  );
}

/** What tells a row from one that was put in its place meanwhile. */
function formOf(raw: unknown): string {
  if (raw === undefined) return 'gone';
  const sealed = readRow(sealedRowSchema, raw)?.sealed;
  if (sealed === undefined) return hasSealed(raw) ? 'unknown' : 'plain';
  return sealed['iv'] instanceof Uint8Array ? sealed['iv'].join() : 'broken';
}

function hasSealed(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && 'sealed' in raw;
}
