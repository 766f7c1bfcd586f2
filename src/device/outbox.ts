import { read, write, type Place, type WriteTransaction } from '#device/database.ts';
import { outboxRowSchema, readRow, readRows, type OutboxRow, type OutboxState } from '#device/rows.ts';

/**
 * Most entries on one device. Answered ones that nobody looked at make room, the first in line first; when none is left the next
 * ask is not queued, and its caller is told that it is offline.
 */
export const MAX_WAITING = 200;

/** Puts an ask in, on the disk before this resolves. The same ask twice is one entry. False when the outbox is full. */
export function enqueue(place: Place, row: OutboxRow): Promise<boolean> {
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const outbox = tx.objectStore('outbox');
      if (readRow(outboxRowSchema, await outbox.get(row.askId)) !== null) return true;
      if ((await outbox.count()) >= MAX_WAITING) {
        const rows = readRows(outboxRowSchema, await outbox.index('order').getAll());
        const answered = rows.find(({ state }) => state.kind === 'answered');
        if (answered === undefined) return false;
        await outbox.delete(answered.askId);
      }
      await outbox.put(row);
      return true;
    },
    'strict',
  );
}

/** Everything that waits, in the order of sending. */
export function listOutbox(place: Place): Promise<OutboxRow[]> {
  return read(place, ['outbox'], async (tx) =>
    readRows(outboxRowSchema, await tx.objectStore('outbox').index('order').getAll()),
  );
}

/** How many asks wait to be sent, or for the person. */
export function countWaiting(place: Place): Promise<number> {
  return listOutbox(place).then((rows) => rows.filter(({ state }) => isWaiting(state)).length);
}

/** Whether anything is still to be done, by the line or by the person. */
export function isWaiting({ kind }: OutboxState): boolean {
  return kind !== 'answered' && kind !== 'cancelled';
}

/** Takes the first entry that is due and marks it as being sent; null when none is. A lease that ran out counts as due. */
export function leaseNext(
  place: Place,
  nowMs: number,
  lease: { ms: number; skip: Set<string> },
): Promise<OutboxRow | null> {
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const outbox = tx.objectStore('outbox');
      const rows = readRows(outboxRowSchema, await outbox.index('order').getAll());
      const due = rows.find((row) => !lease.skip.has(row.askId) && isDue(row, nowMs));
      if (due === undefined) return null;
      await outbox.put({ ...due, state: { kind: 'sending', untilMs: nowMs + lease.ms } } satisfies OutboxRow);
      return due;
    },
    'strict',
  );
}

function isDue(row: OutboxRow, nowMs: number): boolean {
  if (row.state.kind === 'sending') return row.state.untilMs <= nowMs;
  return row.state.kind === 'queued' && row.notBeforeMs <= nowMs;
}

/** Changes one entry; nothing happens when it is gone. */
export function changeEntry(place: Place, askId: string, change: (row: OutboxRow) => OutboxRow): Promise<void> {
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const row = readRow(outboxRowSchema, await tx.objectStore('outbox').get(askId));
      if (row !== null) await tx.objectStore('outbox').put(change(row));
    },
    'strict',
  );
}

/** Leaves an entry waiting in another state, inside the transaction that ends its ask. */
export async function leaveEntry(tx: WriteTransaction, askId: string, state: OutboxState): Promise<void> {
  const row = readRow(outboxRowSchema, await tx.objectStore('outbox').get(askId));
  if (row !== null) await tx.objectStore('outbox').put({ ...row, state });
}

/** Moves an entry to the front and makes it due: "Send now". Refused and expired ones stay: their id was given its last answer. */
export function sendFirst(place: Place, askId: string): Promise<void> {
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const outbox = tx.objectStore('outbox');
      const rows = readRows(outboxRowSchema, await outbox.index('order').getAll());
      const row = rows.find((each) => each.askId === askId);
      if (row === undefined || (row.state.kind !== 'queued' && row.state.kind !== 'needs-sign-in')) return;
      const order = Math.min(...rows.map((each) => each.order)) - 1;
      await outbox.put({ ...row, order, notBeforeMs: 0, state: { kind: 'queued' } } satisfies OutboxRow);
    },
    'strict',
  );
}

/** Somebody signed in: what waited for that waits for the line again. */
export function signedIn(place: Place): Promise<void> {
  return write(place, ['outbox'], async (tx) => {
    const outbox = tx.objectStore('outbox');
    for (const row of readRows(outboxRowSchema, await outbox.getAll())) {
      if (row.state.kind === 'needs-sign-in')
        await outbox.put({ ...row, state: { kind: 'queued' } } satisfies OutboxRow);
    }
  });
}

/** When the next entry becomes due, in Unix milliseconds; null when none will by itself. */
export async function nextDueMs(place: Place): Promise<number | null> {
  const due = (await listOutbox(place)).flatMap((row) => {
    if (row.state.kind === 'sending') return [row.state.untilMs];
    return row.state.kind === 'queued' ? [row.notBeforeMs] : [];
  });
  return due.length === 0 ? null : Math.min(...due);
}
