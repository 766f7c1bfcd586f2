import type { Answer } from '#shared/answer.ts';
import type { AskEnded } from '#shared/telemetry.ts';
import { isOutOfSpace, read, write, type Place, type WriteTransaction } from '#device/database.ts';
import { leaveEntry, sealLeft } from '#device/outbox.ts';
import type { Device } from '#device/parts.ts';
import { answerHeadSchema, readRow, type AnswerRow, type OutboxState, type SavedRow } from '#device/rows.ts';
import { evictSaved, putSaved } from '#device/saved-answers.ts';
import { openRow, sealRow, type StoredRow } from '#device/sealed-rows.ts';
import { countDropped, dropEvents, holdEvent, putEvent } from '#device/telemetry-buffer.ts';
import { SignedOut } from '#device/vault.ts';

/** How an ask ended, all in one transaction: its answer, its one event, what may be given again, and its place in the outbox. */
export interface Settlement {
  /** Written when the ask's turn is in history; null when nothing may be kept. */
  row: AnswerRow | null;
  event: AskEnded | null;
  saved: SavedRow | null;
  /** What becomes of its entry in the outbox; null when it has none. An `ended` one stays until somebody has seen its answer. */
  outbox: 'ended' | OutboxState | null;
}

/** Ends an ask. Never throws: a full or broken device costs what it would have kept, never the answer itself. */
export async function settle(device: Device, place: Place | null, settlement: Settlement): Promise<void> {
  const { event } = settlement;
  if (place === null) {
    if (event !== null) holdEvent(device, event);
    return;
  }
  let sealing: Promise<Sealed> | null = null;
  const sealed = (): Promise<Sealed> => (sealing ??= sealAll(place, settlement));
  for (const attempt of [
    async () => commit(device, place, settlement, await sealed()),
    async () => {
      await makeRoom(device, place);
      await commit(device, place, settlement, await sealed());
    },
    async () => commit(device, place, settlement, { ...(await sealed()), saved: null }),
  ]) {
    try {
      await attempt();
      const askId = askOf(settlement);
      if (askId !== null) device.tell({ type: 'ask-changed', askId });
      return;
    } catch (thrown) {
      // Of somebody who is gone nothing is kept or told.
      if (thrown instanceof SignedOut) return;
      // Only want of room can be cured by another try.
      if (!isOutOfSpace(thrown)) break;
    }
  }
  if (event !== null) holdEvent(device, event);
}

/** What a settlement writes, sealed before its transaction opens. */
interface Sealed {
  row: StoredRow | null;
  saved: StoredRow | null;
  /** How its entry in the outbox is left. */
  left: StoredRow | null;
}

async function sealAll(place: Place, settlement: Settlement): Promise<Sealed> {
  const { row, saved, outbox } = settlement;
  const askId = askOf(settlement);
  return {
    row: row === null ? null : await sealRow(place, 'answers', row),
    saved: saved === null ? null : await sealRow(place, 'saved', saved),
    left:
      askId === null || outbox === null || outbox === 'ended' ? endedEntry(row) : await sealLeft(place, askId, outbox),
  };
}

function askOf({ row, event }: Settlement): string | null {
  return row?.askId ?? event?.ask_id ?? null;
}

/** How an ended ask stands in the outbox, should its answer stand in a conversation that could be opened. */
function endedEntry(row: AnswerRow | null): StoredRow | null {
  if (row === null || row.state.kind === 'open') return null;
  return { state: { kind: 'answered', atMs: row.updatedAtMs, what: row.state.kind } satisfies OutboxState };
}

async function commit(device: Device, place: Place, settlement: Settlement, sealed: Sealed): Promise<void> {
  const { row, event, outbox } = settlement;
  const askId = askOf(settlement);
  const dropped = await write(
    place,
    ['turns', 'answers', 'saved', 'events', 'outbox'],
    async (tx) => {
      if (sealed.row !== null) await putAnswer(tx, sealed.row);
      if (sealed.saved !== null) await putSaved(tx, sealed.saved);
      // An ask that leaves no row was sent again by the page that will show its answer: it waits no more.
      if ((outbox !== null || row === null) && askId !== null) {
        const inHistory = (await tx.objectStore('turns').getKey(askId)) !== undefined;
        if (sealed.left === null || (outbox === 'ended' && !inHistory)) await tx.objectStore('outbox').delete(askId);
        else await leaveEntry(tx, askId, sealed.left);
      }
      return event === null ? 0 : putEvent(tx, event);
    },
    outbox === null ? 'relaxed' : 'strict',
  );
  await countDropped(device, dropped);
}

/** Puts an answer under its turn. Without a turn there is no history it belongs to; a whole answer is never undone by a lesser one. */
async function putAnswer(tx: WriteTransaction, row: StoredRow): Promise<void> {
  const head = readRow(answerHeadSchema, row);
  if (head === null || (await tx.objectStore('turns').getKey(head.askId)) === undefined) return;
  const known = readRow(answerHeadSchema, await tx.objectStore('answers').get(head.askId));
  if (known?.state.kind === 'whole' && head.state.kind !== 'whole') return;
  await tx.objectStore('answers').put(row);
}

/** Notes how far an answer has come, so that a killed worker or a lost line costs two seconds of it at most. */
export async function checkpoint(device: Device, place: Place | null, row: AnswerRow): Promise<void> {
  if (place === null) return;
  try {
    const sealed = await sealRow(place, 'answers', row);
    await write(place, ['turns', 'answers'], (tx) => putAnswer(tx, sealed));
    device.tell({ type: 'ask-changed', askId: row.askId });
  } catch (thrown) {
    // The answer itself is still coming; only a missing checkpoint is the price.
    if (!isOutOfSpace(thrown)) return;
    await device
      .later()
      .then((later) => later.makeRoom(device, place))
      .catch((failure: unknown) => void failure);
  }
}

/** Adds the live answer that came after a saved one had been given. */
export async function addFresh(
  device: Device,
  place: Place,
  fresh: { askId: string; answer: Answer; saved: SavedRow | null; keepRow: boolean },
): Promise<void> {
  const raw: unknown = await read(place, ['answers'], (tx) => tx.objectStore('answers').get(fresh.askId));
  const row = fresh.keepRow ? await openRow(place, 'answers', raw) : null;
  const whole = row?.state.kind === 'whole' ? { ...row, state: { ...row.state, fresh: fresh.answer } } : null;
  const sealed = await sealAll(place, { row: whole, saved: fresh.saved, event: null, outbox: null });
  await write(place, ['turns', 'answers', 'saved'], async (tx) => {
    if (sealed.row !== null) await putAnswer(tx, sealed.row);
    if (sealed.saved !== null) await putSaved(tx, sealed.saved);
  });
  device.tell({ type: 'ask-changed', askId: fresh.askId });
}

/** Frees space: telemetry first, then what was used longest ago. The outbox is never touched. */
export async function makeRoom(device: Device, place: Place): Promise<void> {
  await dropEvents(device, place);
  await evictSaved(place);
}
