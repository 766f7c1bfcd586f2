import type { Random } from '#shared/clock.ts';
import { readJson, type Schema } from '#shared/json.ts';
import type { Place } from '#device/database.ts';
import { dropSetting, ownKey } from '#device/settings.ts';

/** Form of the sealed bodies. What was sealed in another form is not read. */
export const SEALED_VERSION = 1;

/** A body that only this device can read. `sealedSchema` tells its form. */
export interface Sealed {
  v: typeof SEALED_VERSION;
  iv: Uint8Array;
  data: ArrayBuffer;
}

/** Where a body belongs: store, feature and key of its row. It opens nowhere else. */
export type Binding = readonly [store: string, feature: string, key: string];

/**
 * Seals what one person keeps on this device: AES-GCM with a key of 256 bits that no script can read out, a fresh IV per
 * body, and database, store, feature and row as associated data. It guards the disk and its backups, not against script in
 * our origin, which can use the key as we do.
 */
export interface Vault {
  /** Makes the key where there is none. */
  ready(): Promise<void>;
  seal(binding: Binding, body: unknown): Promise<Sealed>;
  /** The body; null when the key was lost, the body was moved or changed, or it is not of this form: then it counts as absent. */
  open<T>(schema: Schema<T>, binding: Binding, sealed: Readonly<Record<string, unknown>>): Promise<T | null>;
  /** Forgets the key for good: whoever it was kept for has signed out, maybe while an answer was still coming. */
  shut(): void;
  /** Throws once it is shut: nothing is read or written for that person any more. */
  check(): void;
}

export interface VaultParts {
  meta: Place;
  subtle: SubtleCrypto;
  random: Random;
}

/** Opens the vault of one person's database. Its key is made at the first use, and kept in the small database. */
export function openVault(database: string, { meta, subtle, random }: VaultParts): Vault {
  let known: Promise<CryptoKey> | null = null;
  let shut = false;
  const check = (): void => {
    if (shut) throw new SignedOut('Whoever this was kept for has signed out.');
  };
  const key = async (): Promise<CryptoKey> => {
    check();
    known ??= ownKey(meta, keySetting(database), async () => {
      // What an earlier key sealed is lost: the rows are to be looked through again.
      await dropSetting(meta, checkedSetting(database));
      return subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    }).catch((failure: unknown) => {
      known = null;
      throw failure;
    });
    return known;
  };
  const cipher = (iv: Uint8Array, binding: Binding): AesGcmParams => ({
    name: 'AES-GCM',
    iv: new Uint8Array(iv),
    additionalData: new TextEncoder().encode(JSON.stringify([SEALED_VERSION, database, ...binding])),
  });
  return {
    ready: async () => void (await key()),
    async seal(binding, body) {
      const iv = random.bytes(12);
      const plain = new TextEncoder().encode(JSON.stringify(body));
      return { v: SEALED_VERSION, iv, data: await subtle.encrypt(cipher(iv, binding), await key(), plain) };
    },
    async open(schema, binding, sealed) {
      const { iv, data } = sealed;
      const opener = await key();
      if (!(iv instanceof Uint8Array && data instanceof ArrayBuffer)) return null;
      try {
        const plain = await subtle.decrypt(cipher(iv, binding), opener, data);
        return readJson(schema, new TextDecoder().decode(plain));
      } catch {
        return null;
      }
    },
    shut() {
      shut = true;
      known = null;
    },
    check,
  };
}

/** What was to be kept is for somebody who signed out meanwhile. */
export class SignedOut extends Error {}

/** Name of the setting that holds the key of a database. */
export function keySetting(database: string): string {
  return `vault:${database}`;
}

/** Name of the setting that says that every row of a database is sealed. */
export function checkedSetting(database: string): string {
  return `sealed:${database}`;
}
