import Dexie, { liveQuery, type Table } from 'dexie';
import type { ToldTurn } from '#device/conversations.ts';
import { DEXIE_STORES, DEXIE_VERSION } from '#device/database.ts';
import {
  answerRowSchema,
  conversationRowSchema,
  outboxRowSchema,
  readRow,
  readRows,
  savedRowSchema,
  turnRowSchema,
  type ConversationRow,
  type OutboxRow,
  type SavedRow,
} from '#device/rows.ts';

/** Most rows a list shows. */
const LIST_LENGTH = 500;

/** Stops a list from being told. */
export type Unwatch = () => void;

/** Lists that follow the database, whoever writes to it. A lazy chunk, for Dexie weighs more than the rest of the page. */
export interface LiveLists {
  conversations(onRows: (rows: ConversationRow[]) => void): Unwatch;
  conversation(id: string, onTurns: (turns: ToldTurn[]) => void): Unwatch;
  outbox(onRows: (rows: OutboxRow[]) => void): Unwatch;
  saved(onRows: (rows: SavedRow[]) => void): Unwatch;
  close(): void;
}

export function openLiveLists(databaseName: string, onFailure: (failure: unknown) => void): LiveLists {
  const database = new Dexie(databaseName);
  database.version(DEXIE_VERSION).stores(DEXIE_STORES);
  const table = (name: keyof typeof DEXIE_STORES): Table<unknown, string> => database.table(name);

  const watch = <T>(query: () => Promise<T>, onRows: (rows: T) => void): Unwatch => {
    const subscription = liveQuery(query).subscribe({ next: onRows, error: onFailure });
    return () => subscription.unsubscribe();
  };

  const turnsOf = async (conversationId: string): Promise<ToldTurn[]> => {
    const turns = readRows(turnRowSchema, await table('turns').where({ conversationId }).toArray());
    turns.sort((a, b) => a.position - b.position || a.askedAtMs - b.askedAtMs);
    const ids = turns.map((turn) => turn.id);
    const [answers, waiting] = await Promise.all([table('answers').bulkGet(ids), table('outbox').bulkGet(ids)]);
    return turns.map((turn, at) => ({
      turn,
      answer: readRow(answerRowSchema, answers[at]),
      waiting: readRow(outboxRowSchema, waiting[at]),
    }));
  };

  return {
    conversations: (onRows) =>
      watch(
        async () =>
          readRows(
            conversationRowSchema,
            await table('conversations').orderBy('updatedAtMs').reverse().limit(LIST_LENGTH).toArray(),
          ),
        onRows,
      ),
    conversation: (id, onTurns) => watch(() => turnsOf(id), onTurns),
    outbox: (onRows) =>
      watch(
        async () => readRows(outboxRowSchema, await table('outbox').orderBy('order').limit(LIST_LENGTH).toArray()),
        onRows,
      ),
    saved: (onRows) =>
      watch(
        async () =>
          readRows(savedRowSchema, await table('saved').orderBy('savedAtMs').reverse().limit(LIST_LENGTH).toArray()),
        onRows,
      ),
    close: () => database.close(),
  };
}
