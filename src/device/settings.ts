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
export async function deviceKey(meta: Place, subtle: SubtleCrypto): Promise<CryptoKey> {
  const known = await readKey(meta);
  if (known !== null) return known;
  const fresh = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return write(meta, ['settings'], async (tx) => {
    const settings = tx.objectStore('settings');
    // Another tab may have been quicker; whoever wrote first wins.
    const theirs = keyOf(await settings.get('device-key'));
    if (theirs === null) await settings.put({ name: 'device-key', value: fresh });
    return theirs ?? fresh;
  });
}

async function readKey(meta: Place): Promise<CryptoKey | null> {
  return keyOf(await read(meta, ['settings'], (tx) => tx.objectStore('settings').get('device-key')));
}

function keyOf(raw: unknown): CryptoKey | null {
  const row = readRow(settingRowSchema, raw);
  return row !== null && row.value instanceof CryptoKey ? row.value : null;
}
