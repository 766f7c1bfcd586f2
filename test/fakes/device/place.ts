import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import type { Place } from '#device/database.ts';

/** An empty device of its own: nothing of another test is in it. */
export function freshPlace(name = 'layover:aaaaaaaaaaaaaaaa:bbbbbbbbbbbbbbbb'): Place & { told: [string, unknown][] } {
  const told: [string, unknown][] = [];
  return { factory: new IDBFactory(), name, post: (channel, message) => void told.push([channel, message]), told };
}
