import { read, write, type Place, type ReadTransaction, type WriteTransaction } from '#device/database.ts';
import {
  outboxHeadSchema,
  readRow,
  readRows,
  type OutboxHead,
  type OutboxRow,
  type OutboxState,
} from '#device/rows.ts';
import { openRow, openRows, sealRow, type StoredRow } from '#device/sealed-rows.ts';

/**
 * Most entries on one device. Answered ones that nobody looked at make room, the first in line first; when none is left the next
 * ask is not queued, and its caller is told that it is offline.
 */
export const MAX_WAITING = 200;

/** Puts an ask in, on the disk before this resolves. The same ask twice is one entry. False when the outbox is full. */
export async function enqueue(place: Place, row: OutboxRow): Promise<boolean> {
  const stored = await sealRow(place, 'outbox', row);
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const outbox = tx.objectStore('outbox');
      if ((await outbox.getKey(row.askId)) !== undefined) return true;
      if ((await outbox.count()) >= MAX_WAITING) {
        const answered = (await headsOf(tx)).find(({ state }) => state.kind === 'answered');
        if (answered === undefined) return false;
        await outbox.delete(answered.askId);
      }
      await outbox.put(stored);
      return true;
    },
    'strict',
  );
}

/** Everything that waits, in the order of sending. */
export async function listOutbox(place: Place): Promise<OutboxRow[]> {
  const raws = await read(place, ['outbox'], (tx) => tx.objectStore('outbox').index('order').getAll());
  return openRows(place, 'outbox', raws);
}

/** The same without what was asked: enough to count and to steer by, and nothing has to be opened. */
export function listHeads(place: Place): Promise<OutboxHead[]> {
  return read(place, ['outbox'], headsOf);
}

async function headsOf(tx: ReadTransaction | WriteTransaction): Promise<OutboxHead[]> {
  return readRows(outboxHeadSchema, await tx.objectStore('outbox').index('order').getAll());
}

/** How many asks wait to be sent, or for the person. */
export async function countWaiting(place: Place): Promise<number> {
  return (await listHeads(place)).filter(({ state }) => isWaiting(state)).length;
}

/** Whether anything is still to be done, by the line or by the person. */
export function isWaiting({ kind }: OutboxHead['state']): boolean {
  return kind !== 'answered' && kind !== 'cancelled';
}

/**
 * Takes the first entry that is due and marks it as being sent; null when none is. A lease that ran out counts as due. An entry
 * that cannot be opened, for its key was lost, can be sent by nobody and goes.
 */
export async function leaseNext(
  place: Place,
  nowMs: number,
  lease: { ms: number; skip: ReadonlySet<string> },
): Promise<OutboxRow | null> {
  for (;;) {
    const leased = await write(
      place,
      ['outbox'],
      async (tx) => {
        const due = (await headsOf(tx)).find((head) => !lease.skip.has(head.askId) && isDue(head, nowMs));
        if (due === undefined) return null;
        await tx.objectStore('outbox').put({ ...due, state: { kind: 'sending', untilMs: nowMs + lease.ms } });
        return due;
      },
      'strict',
    );
    if (leased === null) return null;
    const row = await openRow(place, 'outbox', leased);
    if (row !== null) return row;
    await write(place, ['outbox'], (tx) => tx.objectStore('outbox').delete(leased.askId));
  }
}

function isDue({ state, notBeforeMs }: OutboxHead, nowMs: number): boolean {
  if (state.kind === 'sending') return state.untilMs <= nowMs;
  return state.kind === 'queued' && notBeforeMs <= nowMs;
}

/** Changes how one entry stands, never what was asked; nothing happens when it is gone. */
export function changeEntry(place: Place, askId: string, change: (head: OutboxHead) => OutboxHead): Promise<void> {
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const head = readRow(outboxHeadSchema, await tx.objectStore('outbox').get(askId));
      if (head !== null) await tx.objectStore('outbox').put(change(head));
    },
    'strict',
  );
}

/** How an entry is to be left, made ready before the transaction that ends its ask: the words of a refusal are sealed with the ask. */
export async function sealLeft(place: Place, askId: string, state: OutboxState): Promise<StoredRow> {
  if (state.kind !== 'refused') return { state };
  const raw: unknown = await read(place, ['outbox'], (tx) => tx.objectStore('outbox').get(askId));
  const row = await openRow(place, 'outbox', raw);
  // It went meanwhile: there is nothing to leave.
  if (row === null) return {};
  const { state: left, sealed } = await sealRow(place, 'outbox', { ...row, state });
  return { state: left, sealed };
}

/** Leaves an entry in another state, inside the transaction that ends its ask. */
export async function leaveEntry(tx: WriteTransaction, askId: string, left: StoredRow): Promise<void> {
  const head = readRow(outboxHeadSchema, await tx.objectStore('outbox').get(askId));
  if (head !== null) await tx.objectStore('outbox').put({ ...head, ...left });
}

/** Moves an entry to the front and makes it due: "Send now". Refused and expired ones stay: their id was given its last answer. */
export function sendFirst(place: Place, askId: string): Promise<void> {
  return write(
    place,
    ['outbox'],
    async (tx) => {
      const outbox = tx.objectStore('outbox');
      const rows = await headsOf(tx);
      const row = rows.find((each) => each.askId === askId);
      if (row === undefined || (row.state.kind !== 'queued' && row.state.kind !== 'needs-sign-in')) return;
      const order = Math.min(...rows.map((each) => each.order)) - 1;
      await outbox.put({ ...row, order, notBeforeMs: 0, state: { kind: 'queued' } } satisfies OutboxHead);
    },
    'strict',
  );
}

/** Somebody signed in: what waited for that waits for the line again. */
export function signedIn(place: Place): Promise<void> {
  return write(place, ['outbox'], async (tx) => {
    const outbox = tx.objectStore('outbox');
    for (const row of await headsOf(tx)) {
      if (row.state.kind === 'needs-sign-in')
        await outbox.put({ ...row, state: { kind: 'queued' } } satisfies OutboxHead);
    }
  });
}

/** When the next entry but those to skip becomes due, in Unix milliseconds; null when none will by itself. */
export async function nextDueMs(place: Place, skip: ReadonlySet<string>): Promise<number | null> {
  const due = (await listHeads(place)).flatMap((row) => {
    if (skip.has(row.askId)) return [];
    if (row.state.kind === 'sending') return [row.state.untilMs];
    return row.state.kind === 'queued' ? [row.notBeforeMs] : [];
  });
  return due.length === 0 ? null : Math.min(...due);
}
