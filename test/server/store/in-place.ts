import { Problem } from '#shared/problem.ts';
import { storesOver, type Stores } from '../../../server/store/open.ts';
import { plainSealer, type Sealer } from '../../../server/store/sealer.ts';
import { runBatch } from '../../../server/store/sqlite/batch.ts';
import type { Database } from '../../../server/store/sqlite/client.ts';
import { openDatabase } from '../../../server/store/sqlite/connection.ts';
import type { Call, Outcome } from '../../../server/store/sqlite/messages.ts';
import {
  prepareOperations,
  type InputOf,
  type OperationName,
  type OutputOf,
} from '../../../server/store/sqlite/operations.ts';

/**
 * The real stores on real SQLite in memory, without the thread: a thread takes half a second to start, too long for a
 * test of one rule. Calls of one turn of the loop are one batch here too.
 */
export function openInPlace({
  cacheMaxBytes = 1e9,
  sealer = plainSealer,
}: { cacheMaxBytes?: number; sealer?: Sealer } = {}): Stores {
  const database = openDatabase(':memory:');
  const onDamage = (sentence: string): void => {
    throw new Error(sentence);
  };
  const operations = prepareOperations({ database, onDamage, sealer }, cacheMaxBytes);
  let waiting: { call: Call; settle: (outcome: Outcome | undefined) => void }[] = [];

  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    const outcomes = runBatch(database, operations, structuredClone(batch.map(({ call }) => call)));
    batch.forEach(({ settle }, at) => settle(structuredClone(outcomes[at])));
  };

  const inPlace: Database = {
    async call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
      if (!database.open) throw new Problem('storage_failed', 'The database is closed.');
      const outcome = await new Promise<Outcome | undefined>((resolve) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ call: { name, input }, settle: resolve });
      });
      if (outcome?.ok !== true) throw new Problem(outcome?.code ?? 'broken', outcome?.sentence ?? 'No outcome.');
      // The batch answers a call with what the operation of that name gives.
      return outcome.value as OutputOf<Name>;
    },
    async close() {
      if (waiting.length > 0) flush();
      database.close();
    },
  };
  return storesOver(inPlace);
}
