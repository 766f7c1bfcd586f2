import { chatRequestSchema } from '#shared/chat.ts';
import { readJson } from '#shared/json.ts';
import { questionOf, readAsk } from '#device/ask.ts';
import { beginLife, noteStep, rowOf, type AskLife } from '#device/ask-life.ts';
import { enqueue } from '#device/outbox.ts';
import type { Device } from '#device/parts.ts';
import type { AnswerRow, Network, OutboxRow } from '#device/rows.ts';
import { checkpoint } from '#device/settlement.ts';

/** A live ask as an entry of the outbox. No header goes with it: who sends it later is who is signed in then. */
export function outboxRowOf(life: AskLife, network: Network): OutboxRow {
  const { ask, standing, device } = life;
  const nowMs = device.clock.now();
  return {
    askId: ask.id,
    key: ask.key,
    path: ask.path,
    body: ask.body,
    feature: standing.feature?.name ?? ask.feature ?? 'default',
    question: questionOf(ask.chat),
    askedAtMs: ask.askedAtMs,
    queuedAtMs: nowMs,
    network,
    simulated: life.simulated,
    notBeforeMs: 0,
    tries: 0,
    order: nowMs,
    state: { kind: 'queued' },
  };
}

/** Whether an ask may wait on this device: its caller, its feature and its credentials must all allow it, and nobody stopped it. */
export function mayWait({ ask, standing, device }: AskLife): boolean {
  if (device.stopped.has(ask.id)) return false;
  // A bearer is never stored, so nobody could send it later.
  return ask.mayWait && ask.chat !== null && ask.authorization === null && standing.feature?.device.queue === true;
}

/**
 * Puts a live ask in the outbox, on the disk before this resolves, with what had come of its answer; false where it may not wait or
 * there is no room.
 */
export async function putInOutbox(life: AskLife, network: Network, text: string): Promise<boolean> {
  const { device, ask, standing } = life;
  if (standing.place === null || !mayWait(life)) return false;
  try {
    if (!(await enqueue(standing.place, outboxRowOf(life, network)))) return false;
  } catch {
    // No room even for this: then its caller must hear that it was not sent.
    return false;
  }
  if (device.stopped.has(ask.id)) {
    const later = await device.later();
    await later.takeBack(device, standing.place, ask.id);
    return false;
  }
  noteStep(life, 'queued', network);
  const row = rowOf(life, { kind: 'open', text, resuming: false });
  if (row !== null) await checkpoint(device, standing.place, row);
  device.tell({ type: 'ask-changed', askId: ask.id });
  // Only a bonus: every other occasion drains the outbox too.
  await device.registerSync().catch((failure: unknown) => void failure);
  return true;
}

/** The row of an answer that is being written, with what to send again where that is allowed; null where no history is kept. */
export function openRowOf(life: AskLife, text: string): AnswerRow | null {
  const row = rowOf(life, { kind: 'open', text, resuming: life.call.mending });
  return row === null || !mayWait(life) ? row : { ...row, resend: outboxRowOf(life, 'cut') };
}

/** An entry of the outbox as an ask again. It is sent as a stream, whatever it was: so a cut costs nothing that had come. */
export async function lifeOfEntry(row: OutboxRow, device: Device): Promise<AskLife> {
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'idempotency-key': row.key,
    'x-layover-feature': row.feature,
  });
  const body = asStream(row.body);
  const ask = await readAsk(new Request(device.origin + row.path, { method: 'POST', headers, body }), device);
  const life = await beginLife(
    { ...ask, id: row.askId, askedAtMs: row.askedAtMs, noCache: true },
    device,
    heldByReplay,
    row.queuedAtMs,
  );
  life.waitedMs = Math.max(0, device.clock.now() - row.queuedAtMs);
  life.call.tries = row.tries;
  life.simulated = row.simulated;
  life.steps = [{ what: 'queued', atMs: Math.max(0, row.queuedAtMs - row.askedAtMs), note: row.network }];
  noteStep(life, 'sent');
  return life;
}

/** A replay is awaited as a whole: nothing of it goes on behind its back. */
function heldByReplay(work: Promise<unknown>): void {
  void work.catch((failure: unknown) => void failure);
}

/** The same ask, streamed: `stream` does not change what a key stands for. */
function asStream(body: string): string {
  const chat = readJson(chatRequestSchema, body);
  return chat === null ? body : JSON.stringify({ ...chat, stream: true });
}
