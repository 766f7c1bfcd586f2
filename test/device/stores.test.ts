import { describe, expect, it } from 'vitest';
import { MAX_EVENTS_BUFFERED } from '#shared/telemetry.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import { read, write, type Place } from '#device/database.ts';
import { heed } from '#device/device.ts';
import { enqueue, listOutbox, MAX_WAITING } from '#device/outbox.ts';
import { looksPersonal } from '#shared/personal.ts';
import type { SavedRow } from '#device/rows.ts';
import { findSaved, putSaved as putSealed, trimSaved } from '#device/saved-answers.ts';
import { sealRow } from '#device/sealed-rows.ts';
import { flushEvents } from '#device/telemetry-buffer.ts';
import { freshPlace } from '../fakes/device/place.ts';
import { someSaved, someWaiting } from '../fakes/device/rows.ts';
import { somePolicy } from '../fakes/device/router.ts';
import { openWorld, readStream, writeTurn, history } from '../fakes/device/world.ts';

const ID = '01890000-0000-7000-8000-000000000001';

describe('saved answers', () => {
  it('[D70] keep to their count and bytes: what was used longest ago goes first', async () => {
    const place = freshPlace();
    for (let nth = 0; nth < 8; nth++) await putSaved(place, someSaved(nth, { usedAtMs: nth, bytes: 100 }));
    await trimSaved(place, bounded(6, 1_000), 0);
    expect(await keys(place)).toEqual(['k2', 'k3', 'k4', 'k5', 'k6', 'k7']);
    await trimSaved(place, bounded(6, 250), 0);
    expect(await keys(place)).toEqual(['k6', 'k7']);
    await trimSaved(place, bounded(6, 250), 31 * 86_400_000);
    expect(await keys(place)).toEqual([]);
  });

  it('[D71] are not found when they are older than the policy keeps them', async () => {
    const place = freshPlace();
    await putSaved(place, someSaved(1, { savedAtMs: 100 }));
    expect(await findSaved(place, 'k1', 100)).not.toBeNull();
    expect(await findSaved(place, 'k1', 101)).toBeNull();
  });

  it('[D72] a full device gives up telemetry and old answers, never the outbox, and no ask breaks', async () => {
    const world = openWorld();
    const place = await world.place();
    await writeTurn(world, ID, 'Why?');
    for (let nth = 0; nth < 8; nth++) await putSaved(place, someSaved(nth, { usedAtMs: nth }));
    await enqueue(place, someWaiting(1));
    const realFactory = world.parts.factory;
    // Every second write of an answer is one too many.
    const full = fullAfter(realFactory, 1);
    world.device.meta = { ...world.device.meta, factory: full };
    const response = await world.ask({ prompt: 'Why?', stream: true }, { 'idempotency-key': ID });
    expect(readStream(await world.drive(response.text()))).toMatchObject({ text: world.router.text, done: true });
    world.device.meta = { ...world.device.meta, factory: realFactory };
    expect((await history(world))[0]?.answer?.state.kind).toBe('whole');
    expect(await keys(place)).not.toContain('k0');
    expect(await listOutbox(place)).toHaveLength(1);
  });
});

describe('the outbox as a store', () => {
  it('[O20] takes 200 asks, and says so when it is full', async () => {
    const place = freshPlace();
    for (let nth = 0; nth < MAX_WAITING; nth++) expect(await enqueue(place, someWaiting(nth))).toBe(true);
    expect(await enqueue(place, someWaiting(999))).toBe(false);
    expect(await enqueue(place, someWaiting(3))).toBe(true);
    expect(await listOutbox(place)).toHaveLength(MAX_WAITING);
  });
});

describe('the telemetry buffer', () => {
  it('[D80] is bounded, and tells once how many events it dropped', async () => {
    const world = openWorld();
    const place = await world.place();
    world.router.line = 'down';
    await write(place, ['events'], async (tx) => {
      for (let nth = 0; nth < MAX_EVENTS_BUFFERED; nth++) await tx.objectStore('events').put(event(nth));
    });
    expect((await world.ask({ prompt: 'One more' })).status).toBe(503);
    world.router.line = 'through';
    await world.drive(flushEvents(world.device, place, null), 1);
    expect(world.router.events).toHaveLength(MAX_EVENTS_BUFFERED);
    expect(world.router.batches.map((batch) => batch.dropped).reduce((sum, count) => sum + count)).toBe(1);
    expect(new Set(world.router.batches.map((batch) => batch.batch_id)).size).toBe(world.router.batches.length);
  });

  it('[D81] a batch whose answer was lost is sent again under the same id, so its dropped events count once', async () => {
    const world = openWorld();
    const place = await world.place();
    await world.drive(heed(world.device, { type: 'tell' }));
    await write(place, ['events'], async (tx) => {
      for (let nth = 0; nth < MAX_EVENTS_BUFFERED; nth++) await tx.objectStore('events').put(event(nth));
    });
    world.router.line = 'down';
    await world.ask({ prompt: 'One more' });
    world.router.line = 'through';
    const real = world.router.fetch;
    let lost = false;
    world.device.simulator.fetch = async (request) => {
      const response = await real(request);
      if (lost || !request.url.endsWith('/telemetry')) return response;
      lost = true;
      throw new TypeError('terminated');
    };
    await world.drive(flushEvents(world.device, place, null), 1);
    await world.drive(flushEvents(world.device, place, null), 1);
    const [first, second] = world.router.batches;
    expect([first?.dropped, second?.dropped]).toEqual([1, 1]);
    expect(second?.batch_id).toBe(first?.batch_id);
    expect(world.router.batches.slice(2).every((batch) => batch.dropped === 0)).toBe(true);
  });
});

describe('what looks personal', () => {
  it.each([
    'mail jane.roe@example.com now',
    'call +49 170 1234567',
    'card 4111 1111 1111 1111',
    'IBAN DE89 3704 0044 0532 0130 00',
    'key sk-abcdefghijklmnop1234',
    'SSN 078-05-1120',
  ])('[D90] %s', (text) => expect(looksPersonal(text)).toBe(true));

  it.each(['order 1234567890123', 'v1.2.3 @ 10²', 'Why is the sky blue?', '2026-11-21', 'a+b@c'])(
    '[D91] not: %s',
    (text) => expect(looksPersonal(text)).toBe(false),
  );
});

function bounded(count: number, bytes: number): TravelPolicy {
  const policy = somePolicy();
  return { ...policy, limits: { ...policy.limits, saved_count: count, saved_bytes: bytes } };
}

function event(nth: number): Record<string, unknown> {
  const id = `01890000-0000-7000-8000-${String(nth).padStart(12, '0')}`;
  return {
    event_id: id,
    ask_id: id,
    kind: 'ask-ended',
    feature: 'chat',
    outcome: 'answered',
    source: 'provider',
    network: 'ok',
    asked_at_ms: nth,
    first_token_ms: 1,
    total_ms: 2,
    waited_ms: 0,
    tries: 1,
    resumes: 0,
    saved_age_ms: null,
    simulated: false,
  };
}

async function putSaved(place: Place, row: SavedRow): Promise<void> {
  const sealed = await sealRow(place, 'saved', row);
  await write(place, ['saved'], (tx) => putSealed(tx, sealed));
}

function keys(place: Place): Promise<unknown[]> {
  return read(place, ['saved'], (tx) => tx.objectStore('saved').getAllKeys());
}

/** A disk on which the first `times` puts of a saved answer find no room. */
function fullAfter(factory: IDBFactory, times: number): IDBFactory {
  let left = times;
  const open = (name: string, version?: number): IDBOpenDBRequest => {
    const request = factory.open(name, version);
    request.addEventListener('success', () => {
      const database = request.result;
      const transaction = database.transaction.bind(database);
      database.transaction = (...given: Parameters<IDBDatabase['transaction']>) => {
        const tx = transaction(...given);
        const store = tx.objectStore.bind(tx);
        tx.objectStore = (name: string) => {
          const found = store(name);
          if (name === 'saved' && left > 0) {
            found.put = () => {
              left -= 1;
              throw new DOMException('The disk is full.', 'QuotaExceededError');
            };
          }
          return found;
        };
        return tx;
      };
    });
    return request;
  };
  return Object.assign(Object.create(factory) as IDBFactory, { open });
}
