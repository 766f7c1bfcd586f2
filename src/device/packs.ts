import * as z from 'zod/mini';
import { read, write, type Place } from '#device/database.ts';
import { MAX_PACKS, packSchema, type Pack } from '#device/pack.ts';
import { readRow } from '#device/rows.ts';
import { openRow, openRows, sealRow } from '#device/sealed-rows.ts';

const storedSchema = z.looseObject({ pack: packSchema });

/** An answer that is kept on this device, as far as a pack must know it. */
export interface Held {
  key: string;
  feature: string;
  savedAtMs: number;
  /** When the provider gave it: earlier than it was saved where a cache had it in between. */
  madeAtMs: number;
  bytes: number;
  /** What it cost, in dollars as its provenance has it; null when that is unknown. */
  costUsd: string | null;
  /** A provider was asked for it, so its cost tells what another one will cost. */
  live: boolean;
}

/** Every pack of this person, the latest first. A broken one is left out. */
export async function readPacks(place: Place): Promise<Pack[]> {
  const raws = await read(place, ['packs'], (tx) => tx.objectStore('packs').index('updatedAtMs').getAll());
  const rows = await openRows(place, 'packs', raws.reverse());
  return rows.map((row) => readRow(storedSchema, row)?.pack ?? null).filter((pack) => pack !== null);
}

/**
 * Keeps a pack, and pins what is saved under `keys`, now or later: while the pack is there, no bound of count or bytes removes it.
 * Resolves when it is on the disk. False when there are as many packs as one device takes.
 */
export async function keepPack(place: Place, pack: Pack, keys: readonly string[], nowMs: number): Promise<boolean> {
  const row = await sealRow(place, 'packs', { id: pack.id, updatedAtMs: nowMs, keys: [...keys], pack });
  return write(
    place,
    ['packs'],
    async (tx) => {
      const packs = tx.objectStore('packs');
      const known = (await packs.getKey(pack.id)) !== undefined;
      if (!known && (await packs.count()) >= MAX_PACKS) return false;
      await packs.put(row);
      return true;
    },
    'strict',
  );
}

/** Removes a pack. Its answers stay, as any other, until a bound removes them. */
export function removePack(place: Place, id: string): Promise<void> {
  return write(place, ['packs'], (tx) => tx.objectStore('packs').delete(id));
}

/** What is kept under these keys; a key without an answer is not in it. */
export async function readHeld(place: Place, keys: readonly string[]): Promise<Map<string, Held>> {
  const raws = await read(place, ['saved'], (tx) => Promise.all(keys.map((key) => tx.objectStore('saved').get(key))));
  const held = await Promise.all(raws.map((raw: unknown) => openHeld(place, raw)));
  return new Map(held.filter((each) => each !== null).map((each) => [each.key, each]));
}

/** Newest saved answers that are looked at for what asks cost. */
const PRICED = 200;

/** The newest of what is kept, whatever its question: by them the cost of others is estimated. */
export async function readNewestHeld(place: Place): Promise<Held[]> {
  const raws: unknown[] = await read(place, ['saved'], async (tx) => {
    const found: unknown[] = [];
    let cursor = await tx.objectStore('saved').index('savedAtMs').openCursor(null, 'prev');
    while (cursor !== null && found.length < PRICED) {
      found.push(cursor.value);
      cursor = await cursor.continue();
    }
    return found;
  });
  return (await Promise.all(raws.map((raw) => openHeld(place, raw)))).filter((each) => each !== null);
}

async function openHeld(place: Place, raw: unknown): Promise<Held | null> {
  const row = await openRow(place, 'saved', raw);
  if (row === null) return null;
  const { provenance } = row.answer;
  return {
    key: row.key,
    feature: row.feature,
    savedAtMs: row.savedAtMs,
    madeAtMs: row.savedAtMs - provenance.age_seconds * 1000,
    bytes: row.bytes,
    costUsd: provenance.cost_usd,
    live: provenance.source === 'provider',
  };
}
