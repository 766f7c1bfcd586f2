import { describe, expect, it } from 'vitest';
import { wait } from '#shared/clock.ts';
import { openWorld, readStream, type World } from '../fakes/device/world.ts';

const ask = { feature: 'chat', prompt: 'Why is the sky blue?' };
const other = { feature: 'chat', prompt: 'And at night?' };
/** Far below any limit; the fake clock moves on while hashes are made in threads. */
const AT_ONCE_MS = 1_500;
const prefer = { prefer: 'respond-async' };
const id = (nth: number): string => `01890000-0000-7000-8000-00000000000${nth}`;

/** How an ask was answered, and how long that took. */
async function timed(world: World, body: unknown, headers = {}): Promise<{ ms: number; from: string | null }> {
  const before = world.clock.monotonic();
  const response = await world.ask(body, headers);
  return { ms: world.clock.monotonic() - before, from: response.headers.get('x-layover-source') };
}

function count(world: World, call: string): number {
  return world.router.calls.filter((each) => each === call).length;
}

describe('three clocks', () => {
  it('[D100] silence: after 3 s a sign of life is looked for; without one the line is dead after 10 s', async () => {
    const world = openWorld();
    await world.place();
    world.router.line = 'silent';
    const { ms } = await timed(world, ask, prefer);
    expect(ms).toBeGreaterThanOrEqual(9_900);
    expect(ms).toBeLessThan(10_300);
    expect(count(world, 'GET /healthz')).toBe(1);
    // And the next one knows.
    expect((await timed(world, other, prefer)).ms).toBeLessThan(AT_ONCE_MS);
  });

  it('[D100] a router that gives one is waited for, up to the limit', async () => {
    const world = openWorld();
    await world.place();
    world.router.gate = wait(world.clock, 25_000, new AbortController().signal);
    expect((await timed(world, ask)).from).toBe('provider');
    world.router.gate = new Promise(() => undefined);
    const { ms } = await timed(world, other);
    expect(ms).toBeGreaterThanOrEqual(30_000);
    expect(ms).toBeLessThan(30_300);
  });

  it('[D101] a stream in which not even a comment comes for 20 s is cut, and resumed by its id', async () => {
    const world = openWorld();
    world.router.stall = 900;
    const response = await world.ask({ ...ask, stream: true }, { 'idempotency-key': id(1) });
    const before = world.clock.monotonic();
    const read = readStream(await world.drive(response.text(), 100));
    expect(read).toMatchObject({ text: world.router.text, done: true, error: null });
    const ms = world.clock.monotonic() - before;
    expect(ms).toBeGreaterThanOrEqual(20_000);
    expect(ms).toBeLessThan(21_000);
    expect(world.router.runs).toHaveLength(1);
  });

  it('[D101] a body that stands still is asked for again by its id', async () => {
    const world = openWorld();
    world.router.stall = 40;
    const response = await world.ask(ask, { 'idempotency-key': id(1) });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: world.router.text } }] });
    expect(world.router.runs).toHaveLength(1);
  });
});

describe('what proves an answer', () => {
  it.each([
    ['hollow', ask],
    ['noise', { ...ask, stream: true }],
  ] as const)(
    '[D102] our header is not enough (%s): the saved answer, and nothing of what came',
    async (line, body) => {
      const world = openWorld();
      await (await world.ask(ask)).json();
      await world.over();
      world.router.line = line;
      const response = await world.ask(body);
      expect(response.headers.get('x-layover-network')).toBe('bad-answer');
      expect(await response.text()).not.toContain('welcome');
      expect((await world.ask({ ...body, prompt: 'New?' })).status).toBe(503);
      expect(await world.device.line.state()).toBe('offline');
    },
  );
});
