import { describe, expect, it } from 'vitest';
import { wait } from '#shared/clock.ts';
import { heed, replay } from '#device/device.ts';
import { history, openWorld, writeTurn, type World } from '../fakes/device/world.ts';

const ask = { feature: 'chat', prompt: 'Why is the sky blue?' };
const other = { feature: 'chat', prompt: 'And at night?' };
/** Far below any limit; the fake clock moves on while hashes are made in threads. */
const AT_ONCE_MS = 1_500;
const prefer = { prefer: 'respond-async' };
const id = (nth: number): string => `01890000-0000-7000-8000-00000000000${nth}`;

/** Both questions have a saved answer. */
async function savedWorld(): Promise<World> {
  const world = openWorld();
  await (await world.ask(ask)).json();
  await (await world.ask(other)).json();
  await world.over();
  return world;
}

/** How an ask was answered, and how long that took. */
async function timed(world: World, body: unknown, headers = {}): Promise<{ ms: number; from: string | null }> {
  const before = world.clock.monotonic();
  const response = await world.ask(body, headers);
  return { ms: world.clock.monotonic() - before, from: response.headers.get('x-layover-source') };
}

function count(world: World, call: string): number {
  return world.router.calls.filter((each) => each === call).length;
}

/** The line is dead, and one ask has found that out. */
async function deadWorld(): Promise<World> {
  const world = await savedWorld();
  world.router.line = 'silent';
  await timed(world, ask);
  await world.clock.advance(4_000);
  return world;
}

describe('a line that costs time and brings nothing', () => {
  it('[D110] costs the limit once: then saved answers come at once, and the network is not even tried', async () => {
    const world = await savedWorld();
    world.router.line = 'silent';
    const first = await timed(world, ask);
    expect(first.ms).toBeGreaterThanOrEqual(3_000);
    expect(first.ms).toBeLessThan(3_200);
    await world.clock.advance(4_000);
    const posts = count(world, 'POST /ai');
    for (const body of [other, ask, other]) {
      const again = await timed(world, body);
      expect(again.ms).toBeLessThan(AT_ONCE_MS);
      expect(again.from).toBe('saved');
    }
    await world.clock.advance(100);
    expect(count(world, 'POST /ai')).toBe(posts);
  });

  it('[D110] says why the answer is not live, without a try of its own', async () => {
    const world = await deadWorld();
    const response = await world.ask(other);
    expect(response.headers.get('x-layover-network')).toBe('slow');
    world.router.line = 'through';
    await world.clock.advance(60_000);
    await world.drive(replay(world.device, null));
    await (await world.ask(ask)).json();
    await world.over();
    expect(world.router.events.map((event) => [event.source, event.network, event.tries])).toEqual([
      ['provider', 'ok', 1],
      ['provider', 'ok', 1],
      ['saved', 'slow', 1],
      ['saved', 'slow', 0],
      ['provider', 'ok', 1],
    ]);
  });

  it.each(['down', 'portal', 'proxy-502'] as const)(
    '[D111] a failure that takes no time (%s) costs nobody anything, and the next ask tries again',
    async (line) => {
      const world = await savedWorld();
      world.router.line = line;
      for (const body of [ask, other, ask]) expect((await timed(world, body)).from).toBe('saved');
      world.router.line = 'through';
      expect((await timed(world, other)).from).toBe('provider');
    },
  );

  it('[D112] an ask with nothing saved: one probe for all that wait, then it falls back', async () => {
    const world = await deadWorld();
    await world.clock.advance(10_000);
    const probes = count(world, 'GET /healthz');
    const posts = count(world, 'POST /ai');
    const before = world.clock.monotonic();
    const asks = ['One?', 'Two?', 'Three?'].map((prompt) => world.ask({ ...ask, prompt }, prefer));
    const answers = await world.drive(Promise.all(asks));
    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202]);
    expect(world.clock.monotonic() - before).toBeLessThan(3_300);
    expect(count(world, 'GET /healthz')).toBe(probes + 1);
    // The next one asks nobody: it was found out a moment ago.
    expect((await timed(world, { ...ask, prompt: 'Four?' }, prefer)).ms).toBeLessThan(AT_ONCE_MS);
    expect(count(world, 'GET /healthz')).toBe(probes + 1);
    expect(count(world, 'POST /ai')).toBe(posts);
    await world.over();
    expect(world.told.at(-1)).toMatchObject({ type: 'state', line: 'slow', waiting: 4 });
  });

  it('[D112] when that probe gets through the ask goes, and the next saved answer is not needed', async () => {
    const world = await deadWorld();
    await world.clock.advance(10_000);
    world.router.line = 'through';
    expect((await timed(world, { ...ask, prompt: 'New?' })).from).toBe('provider');
    expect((await timed(world, ask)).from).toBe('provider');
    expect(await world.device.line.state()).toBe('online');
  });

  it('[D113] a page that is shown, or sees a network, has the line probed, and the next ask is live', async () => {
    const world = await deadWorld();
    world.router.line = 'through';
    await world.drive(heed(world.device, { type: 'replay' }));
    expect(await world.device.line.state()).toBe('online');
    expect((await timed(world, other)).from).toBe('provider');
  });

  it('[D113] a probe that was begun on the line as it was tells nothing of the line as it is', async () => {
    const world = await savedWorld();
    world.router.line = 'silent';
    await timed(world, ask);
    // The probe of that ask is still out there.
    world.router.line = 'through';
    const before = world.clock.monotonic();
    await world.drive(heed(world.device, { type: 'replay' }));
    expect(world.clock.monotonic() - before).toBeLessThan(AT_ONCE_MS);
    expect((await timed(world, other)).from).toBe('provider');
    await world.clock.advance(10_000);
    expect((await timed(world, ask)).from).toBe('provider');
  });

  it('[D113] a sign-in page that the probe meets is said to be one', async () => {
    const world = await deadWorld();
    world.router.line = 'portal';
    await world.drive(heed(world.device, { type: 'replay' }));
    expect(await world.device.line.state()).toBe('portal');
    expect((await world.ask(other)).headers.get('x-layover-network')).toBe('portal');
  });

  it('[D114] behind saved answers it is probed ever more seldom, down to once in five minutes', async () => {
    const world = await deadWorld();
    const probes: number[] = [];
    const before = world.clock.monotonic();
    // Somebody who asks every two seconds for twenty minutes.
    while (world.clock.monotonic() - before < 1_200_000) {
      const had = count(world, 'GET /healthz');
      expect((await timed(world, other)).ms).toBeLessThan(AT_ONCE_MS);
      await world.clock.advance(2_000);
      if (count(world, 'GET /healthz') > had) probes.push(world.clock.monotonic() - before);
    }
    expect(probes.length).toBeGreaterThan(5);
    expect(probes.length).toBeLessThan(12);
    const rests = probes.slice(1).map((at, nth) => at - (probes[nth] ?? 0));
    expect(Math.max(...rests)).toBeGreaterThan(290_000);
    expect(Math.max(...rests)).toBeLessThan(310_000);
  });

  it('[D114] a fresh answer comes behind the saved one as soon as the probe gets through', async () => {
    const world = await deadWorld();
    await writeTurn(world, id(1), ask.prompt);
    await world.clock.advance(10_000);
    Object.assign(world.router, { line: 'through', text: 'A fresh answer.' });
    expect(await timed(world, ask, { 'idempotency-key': id(1) })).toMatchObject({ from: 'saved' });
    await world.over();
    expect((await history(world))[0]?.answer?.state).toMatchObject({ fresh: { text: 'A fresh answer.' } });
    expect(world.told).toContainEqual({ type: 'ask-changed', askId: id(1) });
    expect((await timed(world, ask)).from).toBe('provider');
  });

  it('[D116] outlives the worker, and after ten minutes without news the network is tried first again', async () => {
    const world = await deadWorld();
    world.restart();
    expect((await timed(world, ask)).ms).toBeLessThan(AT_ONCE_MS);
    await world.clock.advance(4_000);
    world.restart();
    world.clock.setNow(world.clock.now() + 601_000);
    expect((await timed(world, ask)).ms).toBeGreaterThanOrEqual(3_000);
  });

  it('[D117] `no-cache` passes it by', async () => {
    const world = await deadWorld();
    world.router.line = 'through';
    const asked = await timed(world, ask, { 'cache-control': 'no-cache' });
    expect(asked).toMatchObject({ from: 'provider' });
    expect((await timed(world, ask)).from).toBe('provider');
  });

  it('[D118] an ask that waits for the probe can be stopped', async () => {
    const world = await deadWorld();
    await world.clock.advance(10_000);
    await writeTurn(world, id(2), 'New?');
    const asked = world.ask({ ...ask, prompt: 'New?' }, { ...prefer, 'idempotency-key': id(2) });
    await world.clock.until(() => world.device.running.has(id(2)));
    await world.drive(heed(world.device, { type: 'stop', askId: id(2) }));
    expect(((await (await asked).json()) as { error: { code: string } }).error.code).toBe('cancelled');
    expect((await history(world))[0]?.answer?.state).toMatchObject({ kind: 'problem', code: 'cancelled' });
  });
});

describe('a line that works, but late', () => {
  /** The first content of each answer comes after so long. */
  function late(world: World, ms: number): void {
    Object.defineProperty(world.router, 'gate', {
      get: () => (ms === 0 ? null : wait(world.clock, ms, new AbortController().signal)),
      configurable: true,
    });
    world.router.text = `Fresh after ${ms} ms.`;
  }

  it('[D115] gives saved answers at once, and each has its fresh one a little later', async () => {
    const world = await savedWorld();
    late(world, 5_000);
    for (const nth of [1, 2, 3]) await writeTurn(world, id(nth), ask.prompt);
    expect((await timed(world, ask, { 'idempotency-key': id(1) })).ms).toBeGreaterThanOrEqual(3_000);
    await world.over();
    for (const nth of [2, 3]) {
      expect((await timed(world, other, { 'idempotency-key': id(nth) })).ms).toBeLessThan(AT_ONCE_MS);
      await world.over();
    }
    expect((await history(world)).map((told) => told.answer?.state)).toMatchObject(
      [1, 2, 3].map(() => ({ kind: 'whole', network: 'slow', fresh: { text: 'Fresh after 5000 ms.' } })),
    );
  });

  it('[D115] asks with nothing saved go as ever', async () => {
    const world = await savedWorld();
    late(world, 5_000);
    await timed(world, ask);
    await world.over();
    expect((await timed(world, { ...ask, prompt: 'New?' })).from).toBe('provider');
  });

  it('[D115] one that comes in time behind a saved answer makes the next one live', async () => {
    const world = await savedWorld();
    late(world, 5_000);
    await timed(world, ask);
    await world.over();
    late(world, 0);
    expect((await timed(world, other)).from).toBe('saved');
    await world.over();
    expect((await timed(world, other)).from).toBe('provider');
    expect(await world.device.line.state()).toBe('online');
  });
});
