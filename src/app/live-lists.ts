import Dexie, { type Table } from 'dexie';
import type { Clock } from '#shared/clock.ts';
import { openTurns, type RawTurn, type ToldTurn } from '#device/conversations.ts';
import { DEXIE_STORES, DEXIE_VERSION, type Place } from '#device/database.ts';
import type { ConversationRow, DraftRow, OutboxRow, SavedRow } from '#device/rows.ts';
import { openRows, type PersonalStore } from '#device/sealed-rows.ts';
import { openHeldAsks, type HeldAsk, type RawHeldAsk } from '../waiting/held-asks.ts';
import { rememberBodies } from './opened-bodies.ts';

/** Most rows a list shows. */
const LIST_LENGTH = 500;

/** Stops a list from being told. */
export type Unwatch = () => void;

/** Lists that follow the database, whoever writes to it. A lazy chunk, for Dexie weighs more than the rest of the page. */
export interface LiveLists {
  conversations(onRows: (rows: ConversationRow[]) => void): Unwatch;
  conversation(id: string, onTurns: (turns: ToldTurn[]) => void): Unwatch;
  outbox(onRows: (rows: OutboxRow[]) => void): Unwatch;
  /** The newest first; `most` is how many at most, 500 unless told. */
  saved(onRows: (rows: SavedRow[]) => void, most?: number): Unwatch;
  /** The outbox in the order of sending, each ask with its conversation and what has come of it. */
  heldAsks(onRows: (rows: HeldAsk[]) => void): Unwatch;
  /** The newest first. */
  drafts(onRows: (rows: DraftRow[]) => void): Unwatch;
  close(): void;
}

export function openLiveLists(place: Place, clock: Clock, onFailure: (failure: unknown) => void): LiveLists {
  const database = new Dexie(place.name);
  database.version(DEXIE_VERSION).stores(DEXIE_STORES);
  const table = (name: keyof typeof DEXIE_STORES): Table<unknown, string> => database.table(name);

  /**
   * Looks at once, and again after each write, whoever made it. What a look found is told also when more was written meanwhile:
   * Dexie's own live queries begin anew in that case, and under constant writes they never tell anything.
   */
  const watch = <Raw, T>(
    query: () => Promise<Raw>,
    open: (place: Place, raw: Raw) => Promise<T>,
    onRows: (rows: T) => void,
  ): Unwatch => {
    const memory = rememberBodies(place);
    let stale = false;
    let looking = false;
    let over = false;
    const look = async (): Promise<void> => {
      if (looking) return;
      looking = true;
      try {
        while (stale && !over) {
          stale = false;
          const before = clock.monotonic();
          const rows = await open(memory.place, await query());
          memory.forgetUnread();
          if (!over) onRows(rows);
          // It rests as long as it looked: writes without end cost half of the page's time at most.
          await new Promise<void>((resolve) => void clock.after(clock.monotonic() - before, resolve));
        }
      } finally {
        looking = false;
      }
    };
    const hear = (): void => {
      stale = true;
      look().catch((failure: unknown) => {
        // Closed by us, or by whoever opens a later version of it: what was told stands.
        const closed = failure instanceof Error && ['DatabaseClosedError', 'AbortError'].includes(failure.name);
        if (!over && !closed) onFailure(failure);
      });
    };
    Dexie.on.storagemutated.subscribe(hear);
    hear();
    return () => {
      over = true;
      Dexie.on.storagemutated.unsubscribe(hear);
    };
  };

  const list = <S extends PersonalStore>(store: S, order: string, backwards = true, most = LIST_LENGTH) => {
    return async (): Promise<unknown[]> => {
      const rows = table(store).orderBy(order);
      return (backwards ? rows.reverse() : rows).limit(most).toArray();
    };
  };

  const turnsOf = async (conversationId: string): Promise<RawTurn[]> => {
    const rows = table('turns').where({ conversationId });
    const [turns, ids] = await Promise.all([rows.toArray(), rows.primaryKeys()]);
    const [answers, waiting] = await Promise.all([table('answers').bulkGet(ids), table('outbox').bulkGet(ids)]);
    return turns.map((turn, at) => ({ turn, answer: answers[at], waiting: waiting[at] }));
  };

  const heldAsks = async (): Promise<RawHeldAsk[]> => {
    const rows = table('outbox').orderBy('order').limit(LIST_LENGTH);
    const [asks, ids] = await Promise.all([rows.toArray(), rows.primaryKeys()]);
    const [answers, turns] = await Promise.all([table('answers').bulkGet(ids), table('turns').bulkGet(ids)]);
    return asks.map((row, at) => ({ row, answer: answers[at], turn: turns[at] }));
  };

  return {
    conversations: (onRows) =>
      watch(list('conversations', 'updatedAtMs'), (from, raws) => openRows(from, 'conversations', raws), onRows),
    conversation: (id, onTurns) => watch(() => turnsOf(id), openTurns, onTurns),
    outbox: (onRows) => watch(list('outbox', 'order', false), (from, raws) => openRows(from, 'outbox', raws), onRows),
    saved: (onRows, most) =>
      watch(list('saved', 'savedAtMs', true, most), (from, raws) => openRows(from, 'saved', raws), onRows),
    heldAsks: (onRows) => watch(heldAsks, openHeldAsks, onRows),
    drafts: (onRows) => watch(list('drafts', 'updatedAtMs'), (from, raws) => openRows(from, 'drafts', raws), onRows),
    close: () => database.close(),
  };
}
