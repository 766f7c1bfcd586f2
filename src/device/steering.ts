import { write, type Place } from '#device/database.ts';
import { outboxRowSchema, readRow, readRows, type OutboxRow, type OutboxState } from '#device/rows.ts';

/** What a person does by hand to the asks that wait. Only pages need it: the worker carries none of this file. */

/** Milliseconds after its cancel that an ask can still be brought back, if nobody ended it before. Longer than a message stands. */
export const UNDO_MS = 60_000;

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
      const rows = readRows(outboxRowSchema, await outbox.index('order').getAll());
      const line = rows.filter(({ state }) => state.kind === 'queued');
      const from = line.findIndex((row) => row.askId === askId);
      const [moved, other] = [line[from], line[from + by]];
      if (moved === undefined || other === undefined) return null;
      const after = line.with(from, other).with(from + by, moved);
      // Two asks of the same millisecond have one order: it is made distinct, or changing places would change nothing.
      let last = Number.NEGATIVE_INFINITY;
      for (const [at, row] of after.entries()) {
        const order = Math.max(line[at]?.order ?? 0, last + 1);
        last = order;
        if (row.order !== order) await outbox.put({ ...row, order } satisfies OutboxRow);
      }
      return after.map((row) => row.askId);
    },
    'strict',
  );
}

/**
 * Takes a waiting ask out of the line, in a way that can be undone until `untilMs`. False when it is too late for that: it is gone,
 * or being sent.
 */
export function cancelEntry(place: Place, askId: string, untilMs: number): Promise<boolean> {
  return change(place, askId, (row) =>
    row.state.kind === 'queued' || row.state.kind === 'needs-sign-in'
      ? { ...row, state: { kind: 'cancelled', untilMs } }
      : null,
  );
}

/** Brings a cancelled ask back to its place. It was never stopped at the router, so its key is as good as it was. False when it is gone. */
export function undoCancel(place: Place, askId: string): Promise<boolean> {
  return change(place, askId, (row) =>
    row.state.kind === 'cancelled' ? { ...row, state: { kind: 'queued' } satisfies OutboxState } : null,
  );
}

/** Asks for a notification that opens this conversation when the ask has ended; null takes the wish back. False when it is gone. */
export function wishToHear(place: Place, askId: string, conversationId: string | null): Promise<boolean> {
  return change(place, askId, ({ notify: _before, ...row }) =>
    conversationId === null ? row : { ...row, notify: conversationId },
  );
}

/** Somebody has looked at these answers: they are news no longer. */
export function markSeen(place: Place, askIds: readonly string[]): Promise<void> {
  return write(place, ['outbox'], async (tx) => {
    for (const askId of askIds) {
      const row = readRow(outboxRowSchema, await tx.objectStore('outbox').get(askId));
      if (row?.state.kind === 'answered') await tx.objectStore('outbox').delete(askId);
    }
  });
}

function change(place: Place, askId: string, edit: (row: OutboxRow) => OutboxRow | null): Promise<boolean> {
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const row = readRow(outboxRowSchema, await tx.objectStore('outbox').get(askId));
      const edited = row === null ? null : edit(row);
      if (edited === null) return false;
      await tx.objectStore('outbox').put(edited);
      return true;
    },
    'strict',
  );
}
