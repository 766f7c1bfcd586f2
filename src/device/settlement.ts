import type { Answer } from '#shared/answer.ts';
import type { AskEnded } from '#shared/telemetry.ts';
import { isOutOfSpace, write, type Place, type WriteTransaction } from '#device/database.ts';
import { leaveEntry } from '#device/outbox.ts';
import type { Device } from '#device/parts.ts';
import { answerRowSchema, readRow, type AnswerRow, type OutboxState, type SavedRow } from '#device/rows.ts';
import { evictSaved, putSaved } from '#device/saved-answers.ts';
import { countDropped, dropEvents, holdEvent, putEvent } from '#device/telemetry-buffer.ts';

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
  for (const attempt of [
    async () => commit(device, place, settlement),
    async () => {
      await makeRoom(device, place);
      await commit(device, place, settlement);
    },
    async () => commit(device, place, { ...settlement, saved: null }),
  ]) {
    try {
      await attempt();
      const askId = settlement.row?.askId ?? event?.ask_id;
      if (askId !== undefined) device.tell({ type: 'ask-changed', askId });
      return;
    } catch (thrown) {
      // Only want of room can be cured by another try.
      if (!isOutOfSpace(thrown)) break;
    }
  }
  if (event !== null) holdEvent(device, event);
}

async function commit(device: Device, place: Place, settlement: Settlement): Promise<void> {
  const { row, event, saved, outbox } = settlement;
  const dropped = await write(
    place,
    ['turns', 'answers', 'saved', 'events', 'outbox'],
    async (tx) => {
      if (row !== null) await putAnswer(tx, row);
      if (saved !== null) await putSaved(tx, saved);
      const askId = row?.askId ?? event?.ask_id;
      if (outbox !== null && askId !== undefined) {
        const state = outbox === 'ended' ? await endedState(tx, row) : outbox;
        if (state === null) await tx.objectStore('outbox').delete(askId);
        else await leaveEntry(tx, askId, state);
      }
      return event === null ? 0 : putEvent(tx, event);
    },
    outbox === null ? 'relaxed' : 'strict',
  );
  await countDropped(device, dropped);
}

/** How an ended ask stands in the outbox; null when its answer stands in no conversation that could be opened. */
async function endedState(tx: WriteTransaction, row: AnswerRow | null): Promise<OutboxState | null> {
  if (row === null || row.state.kind === 'open') return null;
  const kept = await tx.objectStore('turns').getKey(row.askId);
  return kept === undefined ? null : { kind: 'answered', atMs: row.updatedAtMs, what: row.state.kind };
}

/** Puts an answer under its turn. Without a turn there is no history it belongs to; a whole answer is never undone by a lesser one. */
async function putAnswer(tx: WriteTransaction, row: AnswerRow): Promise<void> {
  if ((await tx.objectStore('turns').getKey(row.askId)) === undefined) return;
  const known = readRow(answerRowSchema, await tx.objectStore('answers').get(row.askId));
  if (known?.state.kind === 'whole' && row.state.kind !== 'whole') return;
  await tx.objectStore('answers').put(row);
}

/** Notes how far an answer has come, so that a killed worker or a lost line costs two seconds of it at most. */
export async function checkpoint(device: Device, place: Place | null, row: AnswerRow): Promise<void> {
  if (place === null) return;
  try {
    await write(place, ['turns', 'answers'], (tx) => putAnswer(tx, row));
    device.tell({ type: 'ask-changed', askId: row.askId });
  } catch (thrown) {
    // The answer itself is still coming; only a missing checkpoint is the price.
    if (isOutOfSpace(thrown)) await makeRoom(device, place).catch((failure: unknown) => void failure);
  }
}

/** Adds the live answer that came after a saved one had been given. */
export async function addFresh(
  device: Device,
  place: Place,
  fresh: { askId: string; answer: Answer; saved: SavedRow | null; keepRow: boolean },
): Promise<void> {
  await write(place, ['answers', 'saved'], async (tx) => {
    const row = readRow(answerRowSchema, await tx.objectStore('answers').get(fresh.askId));
    if (fresh.keepRow && row?.state.kind === 'whole') {
      await tx.objectStore('answers').put({ ...row, state: { ...row.state, fresh: fresh.answer } } satisfies AnswerRow);
    }
    if (fresh.saved !== null) await putSaved(tx, fresh.saved);
  });
  device.tell({ type: 'ask-changed', askId: fresh.askId });
}

/** Frees space: telemetry first, then what was used longest ago. The outbox is never touched. */
async function makeRoom(device: Device, place: Place): Promise<void> {
  await dropEvents(device, place);
  await evictSaved(place);
}
