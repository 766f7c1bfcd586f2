import * as z from 'zod/mini';
import type { Schema } from '#shared/json.ts';
import { read, write, type Place } from '#device/database.ts';
import { readRow } from '#device/rows.ts';

const settingRowSchema = z.object({ name: z.string(), value: z.unknown() });

/** One setting of this device; null when it is absent or broken. */
export async function readSetting<T>(meta: Place, name: string, schema: Schema<T>): Promise<T | null> {
  const raw: unknown = await read(meta, ['settings'], (tx) => tx.objectStore('settings').get(name));
  const row = readRow(settingRowSchema, raw);
  return row === null ? null : readRow(schema, row.value);
}

export async function writeSetting(meta: Place, name: string, value: unknown): Promise<void> {
  await write(meta, ['settings'], (tx) => tx.objectStore('settings').put({ name, value }));
}

export async function dropSetting(meta: Place, name: string): Promise<void> {
  await write(meta, ['settings'], (tx) => tx.objectStore('settings').delete(name));
}

/** Reads, changes and writes one setting in one transaction. */
export async function changeSetting<T>(
  meta: Place,
  name: string,
  change: { schema: Schema<T>; to: (now: T | null) => T },
): Promise<T> {
  return write(meta, ['settings'], async (tx) => {
    const settings = tx.objectStore('settings');
    const row = readRow(settingRowSchema, await settings.get(name));
    const value = change.to(row === null ? null : readRow(change.schema, row.value));
    await settings.put({ name, value });
    return value;
  });
}

/** This device's HMAC key: made once, kept as a key that no script can read out. */
export function deviceKey(meta: Place, subtle: SubtleCrypto): Promise<CryptoKey> {
  return ownKey(meta, 'device-key', () => subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']));
}

/** A key of this device by name, made when there is none. On the disk before anything can be sealed with it. */
export async function ownKey(meta: Place, name: string, make: () => Promise<CryptoKey>): Promise<CryptoKey> {
  const known = keyOf(await read(meta, ['settings'], (tx) => tx.objectStore('settings').get(name)));
  if (known !== null) return known;
  const fresh = await make();
  return write(
    meta,
    ['settings'],
    async (tx) => {
      const settings = tx.objectStore('settings');
      // Another tab may have been quicker; whoever wrote first wins.
      const theirs = keyOf(await settings.get(name));
      if (theirs === null) await settings.put({ name, value: fresh });
      return theirs ?? fresh;
    },
    'strict',
  );
}

function keyOf(raw: unknown): CryptoKey | null {
  const row = readRow(settingRowSchema, raw);
  return row !== null && row.value instanceof CryptoKey ? row.value : null;
}
