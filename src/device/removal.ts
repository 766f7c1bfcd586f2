import * as z from 'zod/mini';
import { write, type Place, type StoreName } from '#device/database.ts';
import { readRow } from '#device/rows.ts';

/** What a removed conversation was, so that its removal can be undone. Rows as they were stored, sealed or not. */
export interface Removed {
  rows: readonly { store: StoreName; raw: unknown }[];
  /** Entries of its asks that were waiting or being sent: to be stopped once nobody can undo it any more. */
  unsent: readonly { askId: string; raw: unknown }[];
}

const STORES: StoreName[] = ['conversations', 'turns', 'answers', 'outbox', 'drafts'];

/** Entries that are never sent again. */
const ENDED = ['refused', 'expired', 'answered', 'cancelled'];

const entrySchema = z.looseObject({ askId: z.string(), state: z.looseObject({ kind: z.string() }) });

/**
 * Removes a conversation with its turns, answers and draft. Its waiting asks are cancelled until `untilMs`: brought back with it, or
 * gone with it. One that is being sent goes on, and its answer is kept nowhere.
 */
export function removeConversation(place: Place, conversationId: string, untilMs: number): Promise<Removed> {
  return write(
    place,
    STORES,
    async (tx) => {
      const rows: Removed['rows'][number][] = [];
      const unsent: Removed['unsent'][number][] = [];
      const remove = async (store: StoreName, key: string): Promise<void> => {
        const raw: unknown = await tx.objectStore(store).get(key);
        if (raw !== undefined) rows.push({ store, raw });
        await tx.objectStore(store).delete(key);
      };
      const askIds = await tx.objectStore('turns').index('conversationId').getAllKeys(conversationId);
      for (const askId of askIds.map(String)) {
        await remove('turns', askId);
        await remove('answers', askId);
        const entry = readRow(entrySchema, await tx.objectStore('outbox').get(askId));
        if (entry === null || ENDED.includes(entry.state.kind)) {
          await remove('outbox', askId);
          continue;
        }
        unsent.push({ askId, raw: entry });
        if (entry.state.kind === 'sending') continue;
        await tx.objectStore('outbox').put({ ...entry, state: { kind: 'cancelled', untilMs } });
      }
      await remove('conversations', conversationId);
      await remove('drafts', conversationId);
      return { rows, unsent };
    },
    'strict',
  );
}

/** Takes an ask that had its last answer out of the outbox; nothing happens to one that may still be sent. */
export function removeEntry(place: Place, askId: string): Promise<Removed> {
  return write(
    place,
    ['outbox', 'answers'],
    async (tx) => {
      const raw = readRow(entrySchema, await tx.objectStore('outbox').get(askId));
      if (raw === null || !ENDED.includes(raw.state.kind)) return { rows: [], unsent: [] };
      const rows: Removed['rows'][number][] = [{ store: 'outbox', raw }];
      await tx.objectStore('outbox').delete(askId);
      // What was begun would be asked for again, now that nothing waits for it.
      const begun = readRow(entrySchema, await tx.objectStore('answers').get(askId));
      if (begun?.state.kind === 'open') {
        rows.push({ store: 'answers', raw: begun });
        await tx.objectStore('answers').delete(askId);
      }
      return { rows, unsent: [] };
    },
    'strict',
  );
}

/** Brings what was removed back as it was. An ask of it that ended meanwhile stays ended: it is not sent again. */
export function putBack(place: Place, { rows, unsent }: Removed): Promise<void> {
  return write(
    place,
    STORES,
    async (tx) => {
      for (const { store, raw } of rows) await tx.objectStore(store).put(raw);
      for (const { askId, raw } of unsent) {
        const entry = readRow(entrySchema, await tx.objectStore('outbox').get(askId));
        if (entry?.state.kind === 'cancelled') await tx.objectStore('outbox').put(raw);
      }
    },
    'strict',
  );
}
