import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { META_DATABASE, type Place } from '#device/database.ts';
import { openVault } from '#device/vault.ts';
import { seededRandom } from '../random.ts';

/** An empty device of its own: nothing of another test is in it. */
export function freshPlace(name = 'layover:aaaaaaaaaaaaaaaa:bbbbbbbbbbbbbbbb'): Place & { told: [string, unknown][] } {
  const told: [string, unknown][] = [];
  const factory = new IDBFactory();
  const post = (channel: string, message: unknown): void => void told.push([channel, message]);
  const vault = openVault(name, {
    meta: { factory, name: META_DATABASE, post: () => undefined, vault: null },
    subtle: crypto.subtle,
    random: seededRandom(3),
  });
  return { factory, name, post, vault, told };
}
