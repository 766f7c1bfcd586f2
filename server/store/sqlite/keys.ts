import type { Keys } from '../keys.ts';
import type { Database } from './client.ts';

/** Virtual keys in SQLite. */
export function openKeys(database: Database): Keys {
  return {
    add: (key) => database.call('keys.add', key),
    find: (tokenHash) => database.call('keys.find', { tokenHash }),
    list: (query) => database.call('keys.list', query),
    revoke: (id, atMs) => database.call('keys.revoke', { id, atMs }),
    async noteUses(uses) {
      if (uses.length > 0) await database.call('keys.note-uses', { uses: [...uses] });
    },
    forget: ({ tenant, user }) => database.call('keys.forget', { tenant, user }),
    prune: (nowMs) => database.call('keys.prune', { nowMs }),
  };
}
