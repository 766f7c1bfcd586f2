import * as z from 'zod/mini';
import { mintAskId } from '#shared/ask-id.ts';
import { MAX_EVENTS_BUFFERED, MAX_EVENTS_PER_BATCH, type AskEnded, type TelemetryBatch } from '#shared/telemetry.ts';
import { read, write, type Place, type WriteTransaction } from '#device/database.ts';
import { runErrand } from '#device/errand.ts';
import type { Device } from '#device/parts.ts';
import { eventRowSchema, readRow } from '#device/rows.ts';
import { changeSetting } from '#device/settings.ts';

/** Most events held in memory while they cannot be stored. */
const MAX_UNSTORED = 100;

/** Milliseconds a batch may take. */
const BATCH_LIMIT_MS = 10_000;

/** Events dropped and not yet told; `sending` is the count that goes out under one batch id until it is accepted. */
const droppedSchema = z.object({
  unsent: z.number(),
  sending: z.nullable(z.object({ batchId: z.string(), count: z.number() })),
});

/** Puts the one event of an ask in, inside the transaction that ends the ask. Returns how many old ones had to go. */
export async function putEvent(tx: WriteTransaction, event: AskEnded): Promise<number> {
  const events = tx.objectStore('events');
  await events.put(event);
  const surplus = (await events.count()) - MAX_EVENTS_BUFFERED;
  if (surplus <= 0) return 0;
  const oldest = await events.index('asked_at_ms').getAllKeys(null, surplus);
  for (const key of oldest) await events.delete(key);
  return oldest.length;
}

/** Holds an event in memory, until it can be stored or sent. */
export function holdEvent(device: Device, event: AskEnded): void {
  if (device.unstored.some((held) => held.event_id === event.event_id)) return;
  device.unstored.push(event);
  if (device.unstored.length > MAX_UNSTORED) {
    device.unstored.shift();
    void countDropped(device, 1);
  }
}

/** Counts events that were dropped, so that the router knows of them. */
export async function countDropped(device: Device, count: number): Promise<void> {
  if (count === 0) return;
  await changeSetting(device.meta, 'dropped', {
    schema: droppedSchema,
    to: (now) => ({ unsent: (now?.unsent ?? 0) + count, sending: now?.sending ?? null }),
    // Without storage there is no count either; the events were counted nowhere and are missed nowhere.
  }).catch((failure: unknown) => void failure);
}

/** Makes room by dropping every buffered event; they are counted. */
export async function dropEvents(device: Device, place: Place): Promise<void> {
  const count = await write(place, ['events'], async (tx) => {
    const events = tx.objectStore('events');
    const held = await events.count();
    await events.clear();
    return held;
  });
  await countDropped(device, count);
}

/**
 * Sends what is buffered, in batches, until the buffer is empty or a batch does not get through. An event leaves the buffer
 * when the router has taken it; a batch sent twice is counted once, by the ids of its events and its own.
 */
export async function flushEvents(device: Device, place: Place | null, authorization: string | null): Promise<void> {
  for (;;) {
    const stored = place === null ? [] : await oldestEvents(place);
    const held = device.unstored.slice(0, MAX_EVENTS_PER_BATCH - stored.length);
    if (stored.length + held.length === 0) return;
    const dropped = await startTelling(device);
    const batch: TelemetryBatch = {
      sent_at_ms: device.clock.now(),
      dropped: dropped?.count ?? 0,
      batch_id: dropped?.batchId ?? mintAskId(device.clock, device.random),
      events: [...stored, ...held],
    };
    const outcome = await sendBatch(device, batch, authorization);
    if (outcome === 'later') return;
    if (outcome === 'refused') await countDropped(device, batch.events.length);
    if (place !== null) await removeEvents(place, stored);
    device.unstored = device.unstored.filter((event) => !held.includes(event));
    if (dropped !== null) await finishTelling(device);
  }
}

async function sendBatch(
  device: Device,
  batch: TelemetryBatch,
  authorization: string | null,
): Promise<'taken' | 'refused' | 'later'> {
  const headers = new Headers({ 'content-type': 'application/json', accept: 'application/json' });
  if (authorization !== null) headers.set('authorization', authorization);
  const outcome = await runErrand(device, {
    to: '/telemetry',
    init: { method: 'POST', headers, body: JSON.stringify(batch) },
    limitMs: BATCH_LIMIT_MS,
    take({ ok, status }) {
      if (ok) return 'taken';
      // What the router finds malformed stays malformed: kept, it would block every later batch.
      return [400, 413, 422].includes(status) ? 'refused' : 'later';
    },
  });
  // Without a line the events stay where they are, and go with the next ask that gets through.
  return outcome ?? 'later';
}

async function oldestEvents(place: Place): Promise<AskEnded[]> {
  const { good, broken } = await read(place, ['events'], async (tx) => {
    const keys = await tx.objectStore('events').index('asked_at_ms').getAllKeys(null, MAX_EVENTS_PER_BATCH);
    const rows = await Promise.all(
      keys.map(async (key) => ({ key, row: (await tx.objectStore('events').get(key)) as unknown })),
    );
    const read = rows.map(({ key, row }) => ({ key, event: readRow(eventRowSchema, row) }));
    return {
      good: read.map(({ event }) => event).filter((event) => event !== null),
      broken: read.filter(({ event }) => event === null).map(({ key }) => key),
    };
  });
  // A broken row would be met again in every batch.
  if (broken.length > 0) {
    await write(place, ['events'], async (tx) => {
      for (const key of broken) await tx.objectStore('events').delete(key);
    });
  }
  return good;
}

async function removeEvents(place: Place, events: AskEnded[]): Promise<void> {
  await write(place, ['events'], async (tx) => {
    for (const event of events) await tx.objectStore('events').delete(event.event_id);
  });
}

/** The count to tell under its batch id; the same again until it was accepted. */
async function startTelling(device: Device): Promise<{ batchId: string; count: number } | null> {
  const batchId = mintAskId(device.clock, device.random);
  const state = await changeSetting(device.meta, 'dropped', {
    schema: droppedSchema,
    to: (now) => {
      if (now === null || now.sending !== null || now.unsent === 0) return now ?? { unsent: 0, sending: null };
      return { unsent: 0, sending: { batchId, count: now.unsent } };
    },
  }).catch(() => null);
  return state?.sending ?? null;
}

async function finishTelling(device: Device): Promise<void> {
  await changeSetting(device.meta, 'dropped', {
    schema: droppedSchema,
    to: (now) => ({ unsent: now?.unsent ?? 0, sending: null }),
  });
}
