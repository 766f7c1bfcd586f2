import type { Meta } from '../meta.ts';
import type { Database } from './client.ts';

/** The facts about the whole data folder, in SQLite. */
export function openMeta(database: Database): Meta {
  return {
    epoch: () => database.call('meta.epoch', null),
    raiseEpoch: () => database.call('meta.raise-epoch', null),
    settleLog: () => database.call('meta.settle-log', null),
    settle: (fingerprint) => database.call('meta.settle', { fingerprint }),
  };
}
