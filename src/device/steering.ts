import * as z from 'zod/mini';
import { write, type Place } from '#device/database.ts';
import { readRow, type OutboxState } from '#device/rows.ts';

/**
 * What a person does by hand to the asks that wait. Only pages need it: the worker carries none of this file. It changes the head of
 * an entry; whatever else stands in the row goes on as it is, sealed or not.
 */

/** Milliseconds after its cancel that an ask can still be brought back, if nobody ended it before. Longer than a message stands. */
export const UNDO_MS = 60_000;

const headSchema = z.object({
  askId: z.string(),
  order: z.number(),
  /** Of which only the kind counts here: the words of a refusal stand elsewhere in the row. */
  state: z.looseObject({ kind: z.string() }),
  notify: z.optional(z.string()),
});

type Head = z.infer<typeof headSchema>;

/** An entry as it is stored, and what of it may be changed here. */
interface Entry {
  raw: object;
  head: Head;
}

/**
 * Moves a waiting ask up (-1) or down (1) in the line, past the next one that has not begun. Returns the order of the whole line
 * afterwards; null when it could not move.
 */
export function moveInLine(place: Place, askId: string, by: -1 | 1): Promise<string[] | null> {
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const outbox = tx.objectStore('outbox');
      const raws: unknown[] = await outbox.index('order').getAll();
      const line = raws.flatMap(readEntry).filter(({ head }) => head.state.kind === 'queued');
      const from = line.findIndex(({ head }) => head.askId === askId);
      const [moved, other] = [line[from], line[from + by]];
      if (moved === undefined || other === undefined) return null;
      const after = line.with(from, other).with(from + by, moved);
      // Two asks of the same millisecond have one order: it is made distinct, or changing places would change nothing.
      let last = Number.NEGATIVE_INFINITY;
      for (const [at, { raw, head }] of after.entries()) {
        last = Math.max(line[at]?.head.order ?? 0, last + 1);
        if (head.order !== last) await outbox.put({ ...raw, order: last });
      }
      return after.map(({ head }) => head.askId);
    },
    'strict',
  );
}

/**
 * Takes a waiting ask out of the line, in a way that can be undone until `untilMs`. False when it is too late for that: it is gone,
 * or being sent.
 */
export function cancelEntry(place: Place, askId: string, untilMs: number): Promise<boolean> {
  return changeHead(place, askId, ({ state }) =>
    state.kind === 'queued' || state.kind === 'needs-sign-in' ? { state: { kind: 'cancelled', untilMs } } : null,
  );
}

/** Brings a cancelled ask back to its place. It was never stopped at the router, so its key is as good as it was. False when it is gone. */
export function undoCancel(place: Place, askId: string): Promise<boolean> {
  return changeHead(place, askId, ({ state }) =>
    state.kind === 'cancelled' ? { state: { kind: 'queued' } satisfies OutboxState } : null,
  );
}

/** Asks for a notification that opens this conversation when the ask has ended; null takes the wish back. False when it is gone. */
export function wishToHear(place: Place, askId: string, conversationId: string | null): Promise<boolean> {
  return changeHead(place, askId, () => ({ notify: conversationId ?? undefined }));
}

/** Somebody has signed in: what waited for that waits for the line again. Whether anything did. */
export function awaitLine(place: Place): Promise<boolean> {
  return write(place, ['outbox'], async (tx) => {
    const raws: unknown[] = await tx.objectStore('outbox').getAll();
    const entries = raws.flatMap(readEntry).filter(({ head }) => head.state.kind === 'needs-sign-in');
    for (const { raw } of entries) await tx.objectStore('outbox').put({ ...raw, state: { kind: 'queued' } });
    return entries.length > 0;
  });
}

/** Somebody has looked at these answers: they are news no longer. */
export function markSeen(place: Place, askIds: readonly string[]): Promise<void> {
  return write(place, ['outbox'], async (tx) => {
    for (const askId of askIds) {
      const [entry] = readEntry(await tx.objectStore('outbox').get(askId));
      if (entry?.head.state.kind === 'answered') await tx.objectStore('outbox').delete(askId);
    }
  });
}

function changeHead(
  place: Place,
  askId: string,
  change: (head: Head) => { state: OutboxState } | { notify: string | undefined } | null,
): Promise<boolean> {
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const [entry] = readEntry(await tx.objectStore('outbox').get(askId));
      const changed = entry === undefined ? null : change(entry.head);
      if (changed === null) return false;
      await tx.objectStore('outbox').put({ ...entry?.raw, ...changed });
      return true;
    },
    'strict',
  );
}

/** One entry, or none where the row is broken. */
function readEntry(raw: unknown): Entry[] {
  const head = readRow(headSchema, raw);
  return head === null || typeof raw !== 'object' || raw === null ? [] : [{ raw, head }];
}
