import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '#shared/problem.ts';
import { createSealer, plainSealer } from '../sealer.ts';
import { runBatch } from './batch.ts';
import { openDatabase } from './connection.ts';
import type { FromThread, ThreadData, ToThread } from './messages.ts';
import { prepareOperations } from './operations.ts';
import { settleSealing } from './sealing.ts';

/** The thread in which all of SQLite happens, so that the router's event loop never waits for a disk. */
function start(port: NonNullable<typeof parentPort>, { file, cacheMaxBytes, sealing }: ThreadData): void {
  const say = (message: FromThread): void => port.postMessage(message);
  const database = openDatabase(file);
  const sealer = sealing === 'as-it-is' || sealing.key === null ? plainSealer : createSealer(sealing.key);
  const { unreadable } = sealing === 'as-it-is' ? { unreadable: 0 } : settleSealing(database, sealer);
  const operations = prepareOperations(
    { database, sealer, onDamage: (sentence) => say({ type: 'damage', sentence }) },
    cacheMaxBytes,
  );
  port.on('message', (message: ToThread) => {
    if (message.type === 'batch') {
      const outcomes = runBatch(database, operations, message.calls);
      // No transaction can do it for itself.
      if (message.calls.some(({ name }) => name === 'meta.settle-log')) database.pragma('wal_checkpoint(TRUNCATE)');
      say({ type: 'outcomes', outcomes });
      return;
    }
    database.close();
    port.close();
  });
  say({ type: 'ready', unreadable });
}

if (parentPort === null) throw new Error('This file is started as a worker thread, by the store.');
try {
  // What `openStores` gave; the two ends are of one release.
  start(parentPort, workerData as ThreadData);
} catch (cause) {
  if (!(cause instanceof Problem)) throw cause;
  parentPort.postMessage({ type: 'refused', sentence: cause.message } satisfies FromThread);
}
