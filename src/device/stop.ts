import type { AskEnded } from '#shared/telemetry.ts';
import { write, type Place } from '#device/database.ts';
import { runErrand } from '#device/errand.ts';
import type { Device } from '#device/parts.ts';
import { answerHeadSchema, outboxHeadSchema, readRow, type OutboxHead, type OutboxRow } from '#device/rows.ts';
import { endBegun } from '#device/recovery.ts';
import { openRow } from '#device/sealed-rows.ts';
import { putEvent } from '#device/telemetry-buffer.ts';

/** Milliseconds the router may take to hear of a stop. */
const STOP_LIMIT_MS = 10_000;

/**
 * Stops an ask: here, where it may be running or waiting, and at the router, which would else write (and bill) it to its end.
 * The router is told last, and not waited for by whoever reads the answer.
 */
export async function stopAsk(device: Device, place: Place | null, askId: string): Promise<void> {
  const running = device.running.get(askId);
  device.stopped.add(askId);
  running?.stop();
  if (place !== null) {
    if (running === undefined) await endBegun(device, place, askId);
    await takeBack(device, place, askId);
  }
  const headers = new Headers({ accept: 'application/json' });
  if (running?.authorization != null) headers.set('authorization', running.authorization);
  // Without a line nobody can be told. The router ends the ask at its own total limit.
  await runErrand(device, {
    to: `/ai/${askId}`,
    init: { method: 'DELETE', headers },
    limitMs: STOP_LIMIT_MS,
    take: () => null,
  });
}

/** Takes an ask out of the outbox; returns it, so that its words can be edited. Null when it was not there. */
export async function takeBack(device: Device, place: Place, askId: string): Promise<OutboxRow | null> {
  const taken = await write(
    place,
    ['outbox', 'events', 'answers'],
    async (tx) => {
      const row = readRow(outboxHeadSchema, await tx.objectStore('outbox').get(askId));
      if (row === null) return null;
      await tx.objectStore('outbox').delete(askId);
      // What was begun and never came is no answer.
      const begun = readRow(answerHeadSchema, await tx.objectStore('answers').get(askId));
      if (begun?.state.kind === 'open') await tx.objectStore('answers').delete(askId);
      // An ask that has come to an end has had its event.
      if (!['refused', 'expired', 'answered'].includes(row.state.kind)) await putEvent(tx, stoppedEvent(row, device));
      return row;
    },
    'strict',
  );
  if (taken !== null) device.tell({ type: 'ask-changed', askId });
  return openRow(place, 'outbox', taken);
}

function stoppedEvent(row: OutboxHead, device: Device): AskEnded {
  const waited = Math.min(Math.max(0, device.clock.now() - row.queuedAtMs), 30 * 86_400_000);
  return {
    event_id: row.askId,
    ask_id: row.askId,
    kind: 'ask-ended',
    feature: row.feature,
    outcome: 'stopped',
    source: 'none',
    network: row.network,
    asked_at_ms: row.askedAtMs,
    first_token_ms: null,
    total_ms: waited,
    waited_ms: waited,
    tries: row.tries,
    resumes: 0,
    saved_age_ms: null,
    simulated: row.simulated,
  };
}
