import { describe, expect, it } from 'vitest';
import { read, type Place } from '#device/database.ts';
import { heed, replay } from '#device/device.ts';
import { enqueue, listOutbox } from '#device/outbox.ts';
import { forgetPolicy, givePolicy, knownPolicy, refreshPolicy } from '#device/policy.ts';
import { removeEntry } from '#device/removal.ts';
import { drainOutbox } from '#device/replay.ts';
import { stopAsk } from '#device/stop.ts';
import { travel } from '#device/travel.ts';
import { keySetting } from '#device/vault.ts';
import { wipePerson } from '#device/wipe.ts';
import { event } from '../fakes/provider/gate.ts';
import { somePolicy } from '../fakes/device/router.ts';
import { history, openWorld, post, writeTurn, type World } from '../fakes/device/world.ts';

const prefer = { prefer: 'respond-async' };
const id = (nth: number): string => `01890000-0000-7000-8000-0000000000${String(nth).padStart(2, '0')}`;
const ask = (nth: number) => ({ feature: 'chat', prompt: `Question ${nth}`, stream: true });

/** A worker that is killed while the line is silent: its ask is begun, and nobody ends it. */
async function killedWorld(nth: number, world = openWorld()): Promise<World> {
  await writeTurn(world, id(nth), `Question ${nth}`);
  world.router.line = 'silent';
  const { device } = world;
  const sent = world.router.calls.filter((call) => call === 'POST /ai').length;
  const headers = { ...prefer, 'idempotency-key': id(nth) };
  void travel(post(ask(nth), headers), device, () => undefined).catch((failure: unknown) => void failure);
  await world.clock.until(() => world.router.calls.filter((call) => call === 'POST /ai').length > sent);
  // Sealing takes its own time: it is killed only once its ask is on the disk.
  const isKept = async (): Promise<boolean> =>
    (await history(world)).some(({ turn, answer }) => turn.id === id(nth) && answer !== null);
  while (!(await isKept())) await world.drive(world.clock.settle());
  await world.clock.advance(100);
  // What is dead sends nothing more.
  device.simulator.fetch = () => new Promise(() => undefined);
  world.restart();
  return world;
}

async function offlineWorld(waiting: number): Promise<{ world: World; place: Place }> {
  const world = openWorld();
  const place = await world.place();
  world.router.line = 'down';
  for (let nth = 1; nth <= waiting; nth++) {
    await writeTurn(world, id(nth), `Question ${nth}`);
    await world.ask(ask(nth), { ...prefer, 'idempotency-key': id(nth) });
    await world.clock.advance(1_000);
  }
  await world.over();
  return { world, place };
}

describe('a stop', () => {
  it.each(['down', 'through'] as const)(
    '[O9] of an ask whose worker was killed holds: it is not asked again by itself (line: %s)',
    async (line) => {
      const world = await killedWorld(1);
      world.router.line = line;
      await world.drive(heed(world.device, { type: 'stop', askId: id(1) }));
      world.router.line = 'through';
      world.clock.setNow(world.clock.now() + 60_000);
      await world.drive(replay(world.device, null));
      await world.drive(replay(world.device, null));
      expect(world.router.runs).toEqual([]);
      expect((await history(world))[0]).toMatchObject({
        waiting: null,
        answer: { state: { kind: 'problem', code: 'cancelled' } },
      });
      expect(world.router.events).toMatchObject([{ ask_id: id(1), outcome: 'stopped' }]);
    },
  );

  it('[O9] that comes before anything of an ask is on the disk holds, also when its worker is killed right then', async () => {
    for (let turns = 0; turns < 30; turns++) {
      const world = openWorld();
      await writeTurn(world, id(1), 'Question 1');
      const place = await world.place();
      const { device } = world;
      const headers = { ...prefer, 'idempotency-key': id(1) };
      let dead = false;
      const { factory } = world.parts;
      const mortal = {
        open(name: string, version?: number) {
          if (dead) throw new Error('This worker is dead.');
          return factory.open(name, version);
        },
      };
      device.meta = { ...device.meta, factory: mortal as IDBFactory };
      device.simulator.fetch = async (request) => (dead ? new Promise(() => undefined) : world.router.fetch(request));
      world.router.line = 'silent';
      const asking = travel(post(ask(1), headers), device, () => undefined);
      asking.catch((failure: unknown) => void failure);
      void stopAsk(device, place, id(1)).catch((failure: unknown) => void failure);
      await world.clock.until(() => world.router.calls.some((call) => call.startsWith('DELETE')));
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      dead = true;
      world.restart();
      world.router.line = 'through';
      world.clock.setNow(world.clock.now() + 60_000);
      await world.drive(replay(world.device, null));
      await world.drive(replay(world.device, null));
      expect([turns, world.router.runs.length]).toEqual([turns, 0]);
    }
  });

  it('[O9] that comes while an ask is put into the outbox holds', async () => {
    for (let turns = 0; turns < 60; turns++) {
      const world = openWorld();
      await writeTurn(world, id(1), 'Question 1');
      world.router.line = 'down';
      const headers = { ...prefer, 'idempotency-key': id(1) };
      const answer = travel(post(ask(1), headers), world.device, () => undefined);
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await world.drive(heed(world.device, { type: 'stop', askId: id(1) }));
      await world.drive(answer);
      world.router.line = 'through';
      world.clock.setNow(world.clock.now() + 60_000);
      await world.drive(replay(world.device, null));
      await world.drive(replay(world.device, null));
      expect([turns, world.router.runs.length]).toEqual([turns, 0]);
    }
  });

  it('[O9] that comes between the turn of an ask and its sending holds', async () => {
    for (let turns = 0; turns < 80; turns++) {
      const { world, place } = await offlineWorld(1);
      world.router.line = 'through';
      world.device.simulator.fetch = async (request) => {
        // As a browser does.
        request.signal.throwIfAborted();
        return world.router.fetch(request);
      };
      const draining = drainOutbox(world.device);
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      const sentBefore = world.router.calls.filter((call) => call === 'POST /ai').length;
      await world.drive(stopAsk(world.device, place, id(1)));
      await world.drive(draining);
      const sentAfter = world.router.calls.filter((call) => call === 'POST /ai').length - sentBefore;
      expect([turns, sentAfter]).toEqual([turns, 0]);
    }
  });

  it('[O9] holds also where the ask is put back afterwards: it goes, and is not said to be sent for ever', async () => {
    const { world, place } = await offlineWorld(1);
    const [row] = await world.drive(listOutbox(place));
    await world.drive(stopAsk(world.device, place, id(1)));
    await world.drive(enqueue(place, row!));
    world.router.line = 'through';
    await world.drive(replay(world.device, null));
    expect(await world.drive(listOutbox(place))).toEqual([]);
    expect(world.router.runs).toEqual([]);
  });
});

describe('what was begun and never ended', () => {
  it('[D46] is asked again also where the router still knows that it broke off', async () => {
    const world = await killedWorld(1);
    world.router.line = 'through';
    world.device.simulator.fetch = broken(world, id(1), 502, 'stream_incomplete');
    world.clock.setNow(world.clock.now() + 60_000);
    await world.drive(replay(world.device, null));
    await world.drive(replay(world.device, null));
    expect(world.router.runs.map(({ key }) => key)).toEqual([id(1)]);
    expect((await history(world))[0]?.answer?.state).toMatchObject({ kind: 'whole' });
  });

  it('[D46] and a router that is stopping, or cannot read its own, says nothing of it', async () => {
    const world = await killedWorld(1);
    world.router.line = 'through';
    world.device.simulator.fetch = broken(world, id(1), 503, 'stopping');
    world.clock.setNow(world.clock.now() + 60_000);
    await world.drive(replay(world.device, null));
    expect((await history(world))[0]).toMatchObject({ waiting: null, answer: { state: { kind: 'open' } } });
  });

  it('[D46] is found behind any number of asks that wait', async () => {
    const { world, place } = await offlineWorld(25);
    await killedWorld(99, world);
    world.router.line = 'through';
    world.router.failure = { status: 401, code: 'signed_out' };
    world.clock.setNow(world.clock.now() + 60_000);
    await world.drive(replay(world.device, null));
    expect((await world.drive(listOutbox(place))).map(({ askId }) => askId)).toContain(id(99));
  });

  it('[O7] that expired and was discarded does not come back', async () => {
    const world = await killedWorld(1);
    const place = await world.place();
    world.router.line = 'through';
    world.clock.setNow(world.clock.now() + 7 * 86_400_000);
    await world.drive(replay(world.device, null));
    expect(await world.drive(listOutbox(place))).toMatchObject([{ state: { kind: 'expired' } }]);
    await world.drive(removeEntry(place, id(1)));
    await world.clock.advance(20_000);
    await world.drive(replay(world.device, null));
    expect(await world.drive(listOutbox(place))).toEqual([]);
    expect(world.router.runs).toEqual([]);
  });
});

describe('somebody else', () => {
  const other = { ...somePolicy(), user_hash: 'cccccccccccccccc' };

  it('[PV56] who signs in while asks are being sent sends none of those of the one before', async () => {
    const { world, place } = await offlineWorld(3);
    world.router.line = 'through';
    const open = event();
    world.router.gate = open.happened;
    const draining = drainOutbox(world.device);
    await world.clock.until(() => world.router.calls.filter((call) => call === 'POST /ai').length === 4);
    // They come by a link: from now on the cookie is theirs.
    world.router.policy = other;
    await world.drive(forgetPolicy(world.device));
    await world.drive(refreshPolicy(world.device));
    open.happen();
    await world.drive(draining);
    expect(world.router.calls.filter((call) => call === 'POST /ai')).toHaveLength(4);
    const left = await world.drive(listOutbox(place));
    expect(left.filter(({ state }) => state.kind === 'queued').map(({ askId }) => askId)).toEqual([id(2), id(3)]);
  });

  it('[PV56] is not taken for the one before by a policy that was asked for before', async () => {
    const world = openWorld();
    const asked = event();
    const real = world.router.fetch;
    let held = 0;
    world.device.simulator.fetch = async (request) => {
      const response = await real(request);
      if (request.url.endsWith('/api/travel') && held++ < 2) await asked.happened;
      return response;
    };
    const late = [
      refreshPolicy(world.device),
      givePolicy(world.device, new Request(`${world.parts.origin}/api/travel`)),
    ];
    await world.clock.until(() => held === 2);
    world.router.policy = other;
    await world.drive(forgetPolicy(world.device));
    await world.drive(refreshPolicy(world.device));
    asked.happen();
    await world.drive(Promise.all(late));
    expect((await world.drive(knownPolicy(world.device)))?.user_hash).toBe(other.user_hash);
  });

  it('[PV51] keeps what is theirs when nobody knows who is to be forgotten', async () => {
    const { world, place } = await offlineWorld(1);
    await world.drive(forgetPolicy(world.device));
    await world.drive(wipePerson(world.device, ''));
    const kept: unknown = await read(world.device.meta, ['settings'], (tx) =>
      tx.objectStore('settings').get(keySetting(place.name)),
    );
    expect(kept).toBeDefined();
  });
});

/** The router knows this ask, and that it ended without an answer. */
function broken(world: World, askId: string, status: number, code: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== 'GET' || pathname !== `/ai/${askId}`) return world.router.fetch(request);
    const error = { message: 'It broke off.', type: 'server_error', param: null, code };
    return new Response(JSON.stringify({ error }), {
      status,
      headers: { 'content-type': 'application/json', 'x-layover': '1' },
    });
  };
}
