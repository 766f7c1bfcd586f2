import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { read, type Place } from '#device/database.ts';
import { heed, replay } from '#device/device.ts';
import { countWaiting, listOutbox } from '#device/outbox.ts';
import { drainOutbox } from '#device/replay.ts';
import { takeBack } from '#device/stop.ts';
import { everyWord } from '../fakes/device/disk.ts';
import { history, openWorld, readStream, writeTurn, type World } from '../fakes/device/world.ts';

const prefer = { prefer: 'respond-async' };
const id = (nth: number): string => `01890000-0000-7000-8000-00000000000${nth}`;

async function offlineWorld(waiting: number): Promise<{ world: World; place: Place }> {
  const world = openWorld();
  const place = await world.place();
  world.router.line = 'down';
  for (let nth = 1; nth <= waiting; nth++) {
    await writeTurn(world, id(nth), `Question ${nth}`);
    await world.ask(
      { feature: 'chat', prompt: `Question ${nth}`, stream: true },
      { ...prefer, 'idempotency-key': id(nth) },
    );
    await world.clock.advance(1_000);
  }
  await world.over();
  return { world, place };
}

describe('the outbox', () => {
  it('[O1] sends what waited, oldest first, each with its first key, and shows the answer in its conversation', async () => {
    const { world, place } = await offlineWorld(3);
    world.router.line = 'through';
    await world.clock.advance(600_000);
    await world.drive(replay(world.device, null));
    expect(world.router.runs.map((run) => run.key)).toEqual([id(1), id(2), id(3)]);
    expect(await countWaiting(place)).toBe(0);
    expect((await history(world)).map((told) => told.answer?.state.kind)).toEqual(['whole', 'whole', 'whole']);
    expect(world.router.events).toHaveLength(3);
    expect(world.router.events[0]).toMatchObject({ outcome: 'answered', source: 'provider', network: 'ok' });
    expect(world.router.events[0]?.waited_ms).toBeGreaterThanOrEqual(600_000);
  });

  it('[O2] survives the worker being killed at any step: answered once, never lost, one event each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 }), async (kills) => {
        const { world, place } = await offlineWorld(2);
        world.router.line = 'through';
        for (const steps of kills) {
          // A life of the worker that is cut off after so many turns: its disk goes away under it, its lock is freed.
          const cord = new AbortController();
          const dying = dyingDevice(world, cord.signal);
          const run = drainOutbox(dying).catch((failure: unknown) => void failure);
          for (let step = 0; step < steps; step++) await new Promise((resolve) => setImmediate(resolve));
          cord.abort();
          await world.drive(Promise.race([run, world.clock.settle()]));
        }
        world.restart();
        await world.drive(replay(world.device, null));
        expect(await countWaiting(place)).toBe(0);
        expect(world.router.runs.map((run) => run.key).sort()).toEqual([id(1), id(2)]);
        expect((await history(world)).map((told) => told.answer?.state.kind)).toEqual(['whole', 'whole']);
        expect(world.router.events.map((event) => event.ask_id).sort()).toEqual([id(1), id(2)]);
      }),
      { numRuns: 30 },
    );
  });

  it('[PV48] what waits of a feature that keeps nothing is sent by nobody but the page that asked, and then is gone', async () => {
    const world = openWorld();
    for (const feature of world.router.policy.features) feature.device.store = 'never';
    const place = await world.place();
    world.router.line = 'down';
    const ask = { feature: 'chat', prompt: 'Why the zebra?', stream: true };
    const headers = { ...prefer, 'idempotency-key': id(1) };
    expect((await world.ask(ask, headers)).status).toBe(202);
    expect(await world.drive(everyWord(world.parts.factory))).not.toContain('zebra');
    world.router.line = 'through';
    expect(await world.drive(drainOutbox(world.device))).toBeNull();
    expect(world.router.runs).toHaveLength(0);
    expect(await world.drive(listOutbox(place))).toMatchObject([{ question: 'Why the zebra?' }]);
    const response = await world.ask(ask, headers);
    expect(readStream(await world.drive(response.text())).text).toBe(world.router.text);
    await world.over();
    expect(world.router.runs).toHaveLength(1);
    expect(await world.drive(listOutbox(place))).toEqual([]);
    expect(await world.drive(read(place, ['answers', 'saved'], (tx) => tx.objectStore('answers').count()))).toBe(0);
    expect(world.router.events).toHaveLength(1);
  });

  it('[PV48] and is expired like any other when it has waited too long', async () => {
    const world = openWorld();
    for (const feature of world.router.policy.features) feature.device.store = 'never';
    const place = await world.place();
    world.router.line = 'down';
    await world.ask({ feature: 'chat', prompt: 'Why?', stream: true }, { ...prefer, 'idempotency-key': id(1) });
    world.clock.setNow(world.clock.now() + 7 * 86_400_000);
    await world.drive(drainOutbox(world.device));
    expect(await world.drive(listOutbox(place))).toMatchObject([{ state: { kind: 'expired' } }]);
  });

  it('[O3] is drained by one replayer at a time', async () => {
    const { world } = await offlineWorld(3);
    world.router.line = 'through';
    await world.drive(
      Promise.all([drainOutbox(world.device), drainOutbox(world.restart()), drainOutbox(world.restart())]),
    );
    expect(world.router.calls.filter((call) => call === 'POST /ai').length).toBe(3 + 3);
    expect(world.router.runs).toHaveLength(3);
  });

  it('[O4] a replay the router refuses stays, and says why', async () => {
    const { world, place } = await offlineWorld(1);
    world.router.line = 'through';
    world.router.failure = { status: 402, code: 'budget_spent', headers: { 'x-should-retry': 'false' } };
    await world.drive(replay(world.device, null));
    expect(await listOutbox(place)).toMatchObject([{ state: { kind: 'refused', code: 'budget_spent', status: 402 } }]);
    await world.drive(replay(world.device, id(1)));
    expect(world.router.events).toMatchObject([{ outcome: 'refused' }]);
    const taken = await world.drive(takeBack(world.device, place, id(1)));
    expect(taken).toMatchObject({ question: 'Question 1' });
    expect(await listOutbox(place)).toEqual([]);
  });

  it('[O5] a busy router is left alone as long as it asked, then the ask goes by itself', async () => {
    const { world, place } = await offlineWorld(1);
    world.router.line = 'through';
    world.router.failure = { status: 429, code: 'too_many_asks', headers: { 'retry-after': '60' } };
    await world.drive(replay(world.device, null));
    world.router.failure = null;
    await world.drive(drainOutbox(world.device));
    expect(world.router.runs).toHaveLength(0);
    await world.clock.advance(70_000);
    await world.clock.until(() => world.router.events.length === 1);
    expect(await countWaiting(place)).toBe(0);
    expect(world.router.runs).toHaveLength(1);
  });

  it('[O6] a session that ended keeps it until somebody signs in', async () => {
    const { world, place } = await offlineWorld(1);
    world.router.line = 'through';
    world.router.failure = { status: 401, code: 'signed_out' };
    await world.drive(replay(world.device, null));
    expect(await listOutbox(place)).toMatchObject([{ state: { kind: 'needs-sign-in' } }]);
    world.router.failure = null;
    await world.drive(heed(world.device, { type: 'forget-policy' }));
    await world.drive(replay(world.device, null));
    expect(world.router.runs).toHaveLength(1);
  });

  it('[O7] after six days it is in the hands of the person', async () => {
    const { world, place } = await offlineWorld(1);
    world.router.line = 'through';
    world.clock.setNow(world.clock.now() + 6.5 * 86_400_000);
    await world.drive(replay(world.device, null));
    expect(await listOutbox(place)).toMatchObject([{ state: { kind: 'expired' } }]);
    expect(world.router.runs).toHaveLength(0);
    expect(world.router.events).toMatchObject([{ outcome: 'expired', source: 'none', network: 'not-tried' }]);
  });

  it('[O8] `Send now` goes first', async () => {
    const { world } = await offlineWorld(3);
    world.router.line = 'through';
    await world.drive(replay(world.device, id(3)));
    expect(world.router.runs.map((run) => run.key)).toEqual([id(3), id(1), id(2)]);
  });

  it('[O9] a stop takes it out, with one event', async () => {
    const { world, place } = await offlineWorld(1);
    world.router.line = 'through';
    await world.drive(heed(world.device, { type: 'stop', askId: id(1) }));
    expect(await listOutbox(place)).toEqual([]);
    expect(world.router.cancelled).toEqual([id(1)]);
    await world.drive(replay(world.device, null));
    expect(world.router.events).toMatchObject([{ outcome: 'stopped', source: 'none', network: 'offline' }]);
    expect(world.router.runs).toHaveLength(0);
  });

  it('[O9] what is taken back before it was sent leaves no answer that seems to be coming', async () => {
    const { world, place } = await offlineWorld(1);
    await world.drive(heed(world.device, { type: 'stop', askId: id(1) }));
    const rows = await read(place, ['answers'], (tx) => tx.objectStore('answers').getAll());
    expect(rows.filter((row) => JSON.stringify(row).includes('"open"'))).toEqual([]);
  });

  it('[D34] finds out that the line is back, with nothing to send', async () => {
    const world = openWorld();
    await world.place();
    world.router.line = 'down';
    expect((await world.ask({ prompt: 'Hello' })).status).toBe(503);
    expect(await world.device.line.state()).toBe('offline');
    await world.drive(replay(world.device, null));
    expect(await world.device.line.state()).toBe('offline');
    world.router.line = 'through';
    await world.drive(replay(world.device, null));
    expect(await world.device.line.state()).toBe('online');
  });

  it('[O10] is drained after any ask that got through', async () => {
    const { world, place } = await offlineWorld(2);
    world.router.line = 'through';
    await world.clock.advance(60_000);
    await world.ask({ feature: 'chat', prompt: 'Something else' });
    await world.over();
    expect(await countWaiting(place)).toBe(0);
    expect(world.router.runs).toHaveLength(3);
  });

  it('[O11] works where Web Locks and Background Sync are missing', async () => {
    const world = openWorld({ locks: null, registerSync: () => Promise.reject(new Error('no sync')) });
    await world.place();
    world.router.line = 'down';
    expect((await world.ask({ prompt: 'Hello' }, prefer)).status).toBe(202);
    world.router.line = 'through';
    await world.drive(Promise.all([drainOutbox(world.device), drainOutbox(world.restart())]));
    expect(world.router.runs).toHaveLength(1);
  });
});

/** A device whose network and disk fail from the moment it is killed. */
function dyingDevice(world: World, signal: AbortSignal): World['device'] {
  const { parts } = world;
  const device = world.restart();
  const dead = (): never => {
    throw new DOMException('This worker is dead.', 'AbortError');
  };
  device.simulator.fetch = async (request) => {
    if (signal.aborted) dead();
    const response = await parts.fetch(request);
    if (signal.aborted) dead();
    return response;
  };
  const factory = {
    ...parts.factory,
    open: (name: string, version?: number) => (signal.aborted ? dead() : parts.factory.open(name, version)),
  };
  device.meta = { ...device.meta, factory };
  device.locks = {
    request: (async (_name: string, _options: unknown, run: (lock: unknown) => unknown) =>
      run({})) as LockManager['request'],
  };
  return device;
}
