import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begunRow } from '#device/begun.ts';
import { addTurn } from '#device/conversations.ts';
import { replay } from '#device/device.ts';
import { travel } from '#device/travel.ts';
import { history, openWorld, post, readStream, writeTurn, type World } from '../fakes/device/world.ts';

const ask = { feature: 'chat', prompt: 'Why is the sky blue?', stream: true };
const ID = '01890000-0000-7000-8000-000000000001';

async function read(world: World): Promise<ReturnType<typeof readStream>> {
  const response = await world.ask(ask, { 'idempotency-key': ID });
  return readStream(await world.drive(response.text()));
}

describe('a stream that is cut', () => {
  it('[D40] cut anywhere, however often, reads as if it had never been cut, and runs once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }),
        fc.array(fc.integer({ min: -1, max: 2_500 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 30 }),
        async (text, cuts, pieceChars) => {
          const world = openWorld();
          Object.assign(world.router, { text, pieceChars, cuts: [...cuts] });
          await writeTurn(world, ID, ask.prompt);
          const got = await read(world);
          expect(got).toMatchObject({ text, done: true, error: null });
          expect(got.ids).toEqual([...new Set(got.ids)].sort((a, b) => a - b));
          expect(world.router.runs).toHaveLength(1);
          await world.over();
          expect(world.router.events).toMatchObject([{ outcome: 'answered', source: 'provider' }]);
          expect((await history(world))[0]?.answer?.state).toMatchObject({ kind: 'whole', answer: { text } });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('[D45] keeps its chunk of usage, wherever it is cut', async () => {
    const usage = { ...ask, stream_options: { include_usage: true } };
    const whole = await openWorld().ask(usage, { 'idempotency-key': ID });
    const text = await whole.text();
    for (const cut of [
      400,
      text.indexOf('"finish_reason":"stop"') + 40,
      text.lastIndexOf('"choices":[]'),
      text.length - 10,
    ]) {
      const world = openWorld();
      world.router.cuts = [cut];
      const response = await world.ask(usage, { 'idempotency-key': ID });
      expect(await world.drive(response.text())).toBe(text);
      expect(world.router.runs).toHaveLength(1);
    }
  });

  it('[D41] that cannot be mended within 20 s ends with an error in-band, and what came is kept', async () => {
    const world = openWorld();
    await writeTurn(world, ID, ask.prompt);
    world.router.cuts = [900];
    const response = await world.ask(ask, { 'idempotency-key': ID });
    world.router.line = 'down';
    const before = world.clock.monotonic();
    const got = readStream(await world.drive(response.text()));
    expect(world.clock.monotonic() - before).toBeLessThan(21_000);
    expect(got).toMatchObject({ done: false, error: 'stream_incomplete' });
    expect(got.text.length).toBeGreaterThan(0);
    await world.over();
    expect((await history(world))[0]?.answer?.state).toEqual({
      kind: 'partial',
      text: got.text,
      code: 'stream_incomplete',
      message: expect.any(String) as string,
    });
    world.router.line = 'through';
    await world.ask({ ...ask, prompt: 'Next' });
    await world.over();
    expect(world.router.events.map((event) => event.outcome)).toEqual(['partial', 'answered']);
    expect(world.router.events[0]).toMatchObject({ network: 'cut', resumes: 1 });
  });

  it('[D42] of a client that left is drained to its end', async () => {
    const world = openWorld();
    await writeTurn(world, ID, ask.prompt);
    const response = await world.ask(ask, { 'idempotency-key': ID });
    await response.body?.cancel();
    await world.over();
    expect((await history(world))[0]?.answer?.state).toMatchObject({
      kind: 'whole',
      answer: { text: world.router.text },
    });
    world.router.line = 'down';
    expect((await world.ask(ask)).headers.get('x-layover-source')).toBe('saved');
  });

  it('[D43] a JSON answer that breaks off is asked for again by its id', async () => {
    const world = openWorld();
    world.router.cuts = [40, 10];
    const response = await world.ask({ ...ask, stream: false }, { 'idempotency-key': ID });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: world.router.text } }] });
    expect(world.router.runs).toHaveLength(1);
  });

  it('[D44] notes what has come every two seconds, and a new worker fetches the rest', async () => {
    const world = openWorld();
    await writeTurn(world, ID, ask.prompt);
    world.router.cuts = [900];
    const response = await world.ask(ask, { 'idempotency-key': ID });
    world.router.line = 'down';
    await world.clock.advance(2_500);
    const open = (await history(world))[0]?.answer?.state;
    expect(open).toMatchObject({ kind: 'open', resuming: true });
    expect(open?.kind === 'open' && world.router.text.startsWith(open.text) && open.text !== '').toBe(true);
    // The worker is killed here: nobody reads on. A new one finds the row untouched for a while.
    world.restart();
    world.router.line = 'through';
    world.clock.setNow(world.clock.now() + 60_000);
    await world.drive(replay(world.device, null));
    expect((await history(world))[0]?.answer?.state).toMatchObject({
      kind: 'whole',
      answer: { text: world.router.text },
    });
    expect(world.router.runs).toHaveLength(1);
    await response.body?.cancel();
    await world.over();
  });

  it('[D46] however many asks their worker left behind, the next one sees to them all in one go', async () => {
    const world = openWorld();
    const place = await world.place();
    const left = Array.from({ length: 45 }, (_, at) => `01890000-0000-7000-8000-0000000001${10 + at}`);
    for (const id of left) {
      const turn = { id, conversationId: 'c1', prompt: `${id}?`, feature: 'chat', askedAtMs: world.clock.now() };
      const body = JSON.stringify({ ...ask, prompt: turn.prompt });
      await addTurn(place, turn, begunRow(turn, 'chat', { path: '/ai', body }));
    }
    world.clock.setNow(world.clock.now() + 60_000);
    await world.drive(replay(world.device, null));
    const ended = (await history(world)).map(({ answer }) => answer?.state.kind);
    expect(ended).toEqual(left.map(() => 'whole'));
    expect(world.router.runs.map(({ key }) => key)).toEqual(left);
  });

  it('[D46] a router that lost the answer in a crash is asked again by itself, under the same key', async () => {
    const world = openWorld();
    await writeTurn(world, ID, ask.prompt);
    world.router.cuts = [900];
    const response = await world.ask(ask, { 'idempotency-key': ID, prefer: 'respond-async' });
    world.router.crash();
    const read = readStream(await world.drive(response.text()));
    await world.over();
    expect(read).toMatchObject({ done: false, error: 'stream_incomplete' });
    // The line is there: what waits goes at once.
    expect((await history(world))[0]?.answer?.state).toMatchObject({ answer: { text: world.router.text } });
    expect(world.router.runs.map(({ key }) => key)).toEqual([ID, ID]);
    expect(world.router.events).toMatchObject([{ ask_id: ID, outcome: 'answered' }]);
  });

  it('[D46] an ask whose worker was killed before the router heard of it waits, and goes with its key', async () => {
    const world = openWorld();
    await writeTurn(world, ID, ask.prompt);
    world.router.line = 'silent';
    const headers = { 'idempotency-key': ID, prefer: 'respond-async' };
    // Nobody ever reads this one: its worker is killed while the line is silent.
    void travel(post(ask, headers), world.device, () => undefined).catch((failure: unknown) => void failure);
    // Sealing takes its own time: it is killed only once the ask is on the disk.
    while ((await history(world))[0]?.answer == null) await world.drive(world.clock.settle());
    await world.clock.advance(100);
    world.restart();
    world.router.line = 'through';
    world.clock.setNow(world.clock.now() + 60_000);
    await world.drive(replay(world.device, null));
    await world.drive(replay(world.device, null));
    expect((await history(world))[0]?.answer?.state).toMatchObject({ kind: 'whole' });
    expect(world.router.runs.map(({ key }) => key)).toEqual([ID]);
    expect(world.router.events).toHaveLength(1);
  });

  it('[D46] whoever would not wait keeps the part that came', async () => {
    const world = openWorld();
    await writeTurn(world, ID, ask.prompt);
    world.router.cuts = [900];
    const response = await world.ask(ask, { 'idempotency-key': ID });
    world.router.crash();
    await world.drive(response.text());
    await world.over();
    expect((await history(world))[0]).toMatchObject({ waiting: null, answer: { state: { kind: 'partial' } } });
  });
});
