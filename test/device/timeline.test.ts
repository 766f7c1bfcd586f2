import { describe, expect, it } from 'vitest';
import { replay } from '#device/device.ts';
import { MAX_STEPS, type Step } from '#device/rows.ts';
import { history, openWorld, writeTurn, type World } from '../fakes/device/world.ts';

const ask = { feature: 'chat', prompt: 'Why is the sky blue?' };
const streamed = { ...ask, stream: true };
const id = (nth: number): string => `01890000-0000-7000-8000-00000000000${nth}`;

async function told(world: World, nth = 0): Promise<readonly Step[]> {
  return (await history(world))[nth]?.answer?.timeline ?? [];
}

function names(steps: readonly Step[]): string[] {
  return steps.map(({ what, note }) => (note === null ? what : `${what} ${note}`));
}

describe('the timeline of an ask', () => {
  it('[D130] is kept with its answer: the key, the store, the tries, the first word, the end', async () => {
    const world = openWorld();
    await writeTurn(world, id(1), ask.prompt);
    await (await world.ask(streamed, { 'idempotency-key': id(1) })).text();
    await world.over();
    const steps = await told(world);
    expect(names(steps)).toEqual(['keyed', 'looked-up none', 'tried ok', 'first-token', 'ended stop', 'kept']);
    const times = steps.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(JSON.stringify(steps).length).toBeLessThan(400);
  });

  it('[D130] a saved answer: what was tried before it, and since when', async () => {
    const world = openWorld();
    await (await world.ask(ask)).json();
    await writeTurn(world, id(1), ask.prompt);
    await writeTurn(world, id(2), ask.prompt);
    world.router.line = 'silent';
    for (const nth of [1, 2]) {
      await (await world.ask(streamed, { 'idempotency-key': id(nth) })).text();
      await world.clock.advance(5_000);
    }
    expect(names(await told(world))).toEqual([
      'keyed',
      'looked-up found',
      'tried',
      'saved-given slow',
      'ended stop',
      'kept',
    ]);
    const [, , tried, given] = await told(world);
    expect((given?.atMs ?? 0) - (tried?.atMs ?? 0)).toBeGreaterThanOrEqual(3_000);
    // The second was not tried: the breaker knew.
    expect(names(await told(world, 1))).toEqual(['keyed', 'looked-up found', 'saved-given slow', 'ended stop', 'kept']);
  });

  it('[D130] a cut and its mending', async () => {
    const world = openWorld();
    await writeTurn(world, id(1), ask.prompt);
    world.router.cuts = [900];
    await world.drive((await world.ask(streamed, { 'idempotency-key': id(1) })).text());
    await world.over();
    expect(names(await told(world)).slice(2)).toEqual([
      'tried ok',
      'first-token',
      'cut',
      'resumed',
      'ended stop',
      'kept',
    ]);
  });

  it('[D130] a failure says why', async () => {
    const world = openWorld();
    await writeTurn(world, id(1), ask.prompt);
    await world.place();
    world.router.line = 'portal';
    await world.ask(streamed, { 'idempotency-key': id(1) });
    await world.over();
    expect(names(await told(world)).slice(2)).toEqual(['tried portal', 'ended portal', 'kept']);
  });

  it('[D131] goes on from the outbox', async () => {
    const world = openWorld();
    await writeTurn(world, id(1), ask.prompt);
    world.router.line = 'down';
    await world.ask(streamed, { 'idempotency-key': id(1), prefer: 'respond-async' });
    await world.over();
    expect(names(await told(world)).slice(2)).toEqual(['tried offline', 'queued offline']);
    world.router.line = 'through';
    await world.clock.advance(60_000);
    await world.drive(replay(world.device, null));
    const steps = await told(world);
    expect(names(steps)).toEqual(['queued offline', 'sent', 'tried ok', 'first-token', 'ended stop', 'kept']);
    expect(steps[1]?.atMs).toBeGreaterThanOrEqual(60_000);
  });

  it('[D132] says when a worker was woken for it, and how long before', async () => {
    const world = openWorld({ startedMonotonicMs: 0 });
    await writeTurn(world, id(1), ask.prompt);
    await writeTurn(world, id(2), ask.prompt);
    const startedMs = world.clock.monotonic();
    await (await world.ask(streamed, { 'idempotency-key': id(1) })).text();
    await world.clock.advance(5_000);
    await (await world.ask(streamed, { 'idempotency-key': id(2) })).text();
    await world.over();
    expect((await told(world))[0]).toEqual({ what: 'worker-started', atMs: -startedMs, note: null });
    expect((await told(world, 1))[0]?.what).toBe('keyed');
  });

  it('[D132] keeps sixty steps at most, and always its end', async () => {
    const world = openWorld();
    await writeTurn(world, id(1), ask.prompt);
    world.router.text = 'word '.repeat(200);
    world.router.cuts = Array.from({ length: 40 }, () => 700);
    await world.drive((await world.ask(streamed, { 'idempotency-key': id(1) })).text());
    await world.over();
    const steps = await told(world);
    expect(steps).toHaveLength(MAX_STEPS);
    expect(names(steps).slice(-2)).toEqual(['ended stop', 'kept']);
  });
});
