import type { TravelPolicy } from '#shared/travel-policy.ts';
import { read, write, type Place, type WriteTransaction } from '#device/database.ts';
import { readRow, savedHeadSchema, type SavedRow } from '#device/rows.ts';
import { openRow, type StoredRow } from '#device/sealed-rows.ts';

/** The saved answer under this key; null when there is none, or it is older than the policy keeps answers. */
export async function findSaved(place: Place, key: string, oldestMs: number): Promise<SavedRow | null> {
  const raw: unknown = await read(place, ['saved'], (tx) => tx.objectStore('saved').get(key));
  const row = await openRow(place, 'saved', raw);
  return row === null || row.savedAtMs < oldestMs ? null : row;
}

/** Puts a sealed answer in, inside a transaction that also ends its ask. */
export async function putSaved(tx: WriteTransaction, row: StoredRow): Promise<void> {
  await tx.objectStore('saved').put(row);
}

/** Notes that it was given, so that it is not the next to go. */
export function touchSaved(place: Place, key: string, nowMs: number): Promise<void> {
  return write(place, ['saved'], async (tx) => {
    const row = readRow(savedHeadSchema, await tx.objectStore('saved').get(key));
    if (row !== null) await tx.objectStore('saved').put({ ...row, usedAtMs: nowMs });
  });
}

/** Keeps to the bounds by removing what is too old, then what was used longest ago. Reads keys only, never answers. */
export function trimSaved(place: Place, policy: TravelPolicy, nowMs: number): Promise<void> {
  const { limits, features } = policy;
  const oldestMs = nowMs - Math.max(...features.map((feature) => feature.device.keep_days)) * 86_400_000;
  return write(place, ['saved'], async (tx) => {
    const saved = tx.objectStore('saved');
    for (const key of await saved.index('savedAtMs').getAllKeys(IDBKeyRange.upperBound(oldestMs, true))) {
      await saved.delete(key);
    }
    let count = 0;
    let bytes = 0;
    let cursor = await saved.index('[usedAtMs+bytes]').openKeyCursor(null, 'prev');
    while (cursor !== null) {
      count += 1;
      bytes += bytesOf(cursor.key);
      if (count > limits.saved_count || bytes > limits.saved_bytes) await saved.delete(cursor.primaryKey);
      cursor = await cursor.continue();
    }
  });
}

/** Removes the quarter of the saved answers that was used longest ago. */
export function evictSaved(place: Place): Promise<void> {
  return write(place, ['saved'], async (tx) => {
    const saved = tx.objectStore('saved');
    const surplus = Math.ceil((await saved.count()) / 4);
    if (surplus === 0) return;
    for (const key of await saved.index('[usedAtMs+bytes]').getAllKeys(null, surplus)) await saved.delete(key);
  });
}

export function forgetSaved(place: Place, key: string): Promise<void> {
  return write(place, ['saved'], (tx) => tx.objectStore('saved').delete(key));
}

export function forgetAllSaved(place: Place): Promise<void> {
  return write(place, ['saved'], (tx) => tx.objectStore('saved').clear());
}

function bytesOf(indexKey: IDBValidKey): number {
  const bytes = Array.isArray(indexKey) ? indexKey[1] : 0;
  return typeof bytes === 'number' ? bytes : 0;
}
