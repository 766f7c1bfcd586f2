import type { TravelPolicy } from '#shared/travel-policy.ts';
import { read, write, type Place, type WriteTransaction } from '#device/database.ts';
import { packRowSchema, readRow, readRows, ruledHeadSchema, savedRowSchema, type SavedRow } from '#device/rows.ts';
import { openBy, type StoredRow } from '#device/sealed-rows.ts';

/** The saved answer under this key; null when there is none, or it is older than the policy keeps answers. */
export async function findSaved(place: Place, key: string, oldestMs: number): Promise<SavedRow | null> {
  const raw: unknown = await read(place, ['saved'], (tx) => tx.objectStore('saved').get(key));
  const row = await openBy(savedRowSchema, place, 'saved', raw);
  return row === null || row.savedAtMs < oldestMs ? null : row;
}

/** Puts a sealed answer in, inside a transaction that also ends its ask. */
export async function putSaved(tx: WriteTransaction, row: StoredRow): Promise<void> {
  await tx.objectStore('saved').put(row);
}

/** Notes that it was given, so that it is not the next to go. */
export function touchSaved(place: Place, key: string, nowMs: number): Promise<void> {
  return write(place, ['saved'], async (tx) => {
    const row = readRow(ruledHeadSchema, await tx.objectStore('saved').get(key));
    if (row !== null) await tx.objectStore('saved').put({ ...row, usedAtMs: nowMs });
  });
}

/**
 * Keeps to the bounds by removing what is too old, then what was used longest ago. What a travel pack holds counts first and is not
 * removed for its count or bytes, only when it is too old. Reads keys only, never answers.
 */
export function trimSaved(place: Place, policy: TravelPolicy, nowMs: number): Promise<void> {
  const { limits, features } = policy;
  const oldestMs = nowMs - Math.max(...features.map((feature) => feature.device.keep_days)) * 86_400_000;
  return write(place, ['saved', 'packs'], async (tx) => {
    const saved = tx.objectStore('saved');
    for (const key of await saved.index('savedAtMs').getAllKeys(IDBKeyRange.upperBound(oldestMs, true))) {
      await saved.delete(key);
    }
    const pinned = await pinnedKeys(tx);
    const held: [IDBValidKey, number][] = [];
    let cursor = await saved.index('[usedAtMs+bytes]').openKeyCursor(null, 'prev');
    while (cursor !== null) {
      held.push([cursor.primaryKey, bytesOf(cursor.key)]);
      cursor = await cursor.continue();
    }
    held.sort(([a], [b]) => Number(pinned.has(b)) - Number(pinned.has(a)));
    let count = 0;
    let total = 0;
    for (const [key, bytes] of held) {
      count += 1;
      total += bytes;
      if ((count > limits.saved_count || total > limits.saved_bytes) && !pinned.has(key)) await saved.delete(key);
    }
  });
}

/** Removes the quarter of the saved answers that was used longest ago, of those that no travel pack holds. */
export function evictSaved(place: Place): Promise<void> {
  return write(place, ['saved', 'packs'], async (tx) => {
    const saved = tx.objectStore('saved');
    const pinned = await pinnedKeys(tx);
    const surplus = Math.ceil((await saved.count()) / 4);
    const oldest = await saved.index('[usedAtMs+bytes]').getAllKeys(null, surplus + pinned.size);
    for (const key of oldest.filter((each) => !pinned.has(each)).slice(0, surplus)) await saved.delete(key);
  });
}

async function pinnedKeys(tx: WriteTransaction): Promise<ReadonlySet<IDBValidKey>> {
  const packs = readRows(packRowSchema, await tx.objectStore('packs').getAll());
  return new Set(packs.flatMap(({ keys }) => keys));
}

/** Removes one. What is returned is the row as it was stored, for `putBackSaved`. */
export function forgetSaved(place: Place, key: string): Promise<unknown> {
  return write(place, ['saved'], async (tx) => {
    const raw: unknown = await tx.objectStore('saved').get(key);
    await tx.objectStore('saved').delete(key);
    return raw;
  });
}

/** Puts a forgotten one back, unless the same question was answered anew meanwhile. */
export function putBackSaved(place: Place, key: string, raw: unknown): Promise<void> {
  return write(place, ['saved'], async (tx) => {
    if (raw !== undefined && (await tx.objectStore('saved').getKey(key)) === undefined)
      await tx.objectStore('saved').put(raw);
  });
}

export function forgetAllSaved(place: Place): Promise<void> {
  return write(place, ['saved'], (tx) => tx.objectStore('saved').clear());
}

/**
 * Removes what a new policy no longer lets be given: answers under other instructions, or of a feature that is gone; and of a
 * feature that may keep nothing, its history too. Decided by heads alone.
 */
export function dropOutdated(place: Place, { features, default_feature }: TravelPolicy): Promise<void> {
  const stores: ('saved' | 'turns' | 'answers' | 'conversations')[] = ['saved', 'turns', 'answers', 'conversations'];
  return write(place, stores, async (tx) => {
    for (const store of stores) {
      let cursor = await tx.objectStore(store).openCursor();
      while (cursor !== null) {
        const head = readRow(ruledHeadSchema, cursor.value);
        // A page that asked for no feature by name meant the default one.
        const feature = features.find(({ name }) => name === (head?.feature || default_feature));
        const isOther = store === 'saved' && feature?.prompt_version !== head?.promptVersion;
        if (isOther || feature?.device.store === 'never') await cursor.delete();
        cursor = await cursor.continue();
      }
    }
  });
}

function bytesOf(indexKey: IDBValidKey): number {
  const bytes = Array.isArray(indexKey) ? indexKey[1] : 0;
  return typeof bytes === 'number' ? bytes : 0;
}
