import * as fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { heed } from '#device/device.ts';
import { inWords, pacedBody } from '#device/pace.ts';
import { travel } from '#device/travel.ts';
import { fakeClock } from '../fakes/clock.ts';
import { history, openWorld, ORIGIN, readStream, writeTurn, type World } from '../fakes/device/world.ts';

const ask = { feature: 'chat', prompt: 'Why is the sky blue?' };
const streamed = { ...ask, stream: true };
const natural = { 'x-layover-pace': 'natural' };
const ID = '01890000-0000-7000-8000-000000000001';

/** A saved answer, and no line. */
async function offlineWorld(text: string): Promise<World> {
  const world = openWorld();
  world.router.text = text;
  await (await world.ask(ask)).json();
  await world.over();
  world.router.line = 'down';
  return world;
}

/** Reads a body to its end while time passes: what had come, and when. */
async function readInTime(world: World, response: Response): Promise<{ atMs: number; text: string }[]> {
  const came: { atMs: number; text: string }[] = [];
  const decoder = new TextDecoder();
  const before = world.clock.monotonic();
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? [])
      came.push({ atMs: world.clock.monotonic() - before, text: decoder.decode(chunk, { stream: true }) });
  };
  await world.drive(read());
  return came;
}

function textOf(came: readonly { text: string }[]): ReturnType<typeof readStream> {
  return readStream(came.map(({ text }) => text).join(''));
}

describe('a natural pace', () => {
  it('[D120] gives a saved answer in whole words, one every 40 ms, its headers and its first word at once', async () => {
    const world = await offlineWorld('The sky is blue because short waves scatter most.');
    const response = await world.ask(streamed, natural);
    // As many steps of the clock go by before it as the sealing took.
    const age: unknown = expect.stringMatching(/^[0-9]$/);
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'x-layover-source': 'saved', age });
    const came = await readInTime(world, response);
    expect(textOf(came)).toMatchObject({ text: world.router.text, done: true, error: null });
    expect(came[0]).toMatchObject({ atMs: 0 });
    const words = came.map(({ text }) => readStream(text).text).filter((text) => text !== '');
    expect(words).toEqual(['The ', 'sky ', 'is ', 'blue ', 'because ', 'short ', 'waves ', 'scatter ', 'most.']);
    // Time passes in steps of 20 ms here, one of which may go by before the first word is read.
    expect(came.at(-1)?.atMs).toBeGreaterThanOrEqual(300);
    expect(came.at(-1)?.atMs).toBeLessThanOrEqual(400);
  });

  it('[D120] the longest answer takes 4 s', async () => {
    const world = await offlineWorld('A long answer indeed. '.repeat(2_000));
    const came = await readInTime(world, await world.ask(streamed, natural));
    expect(textOf(came)).toMatchObject({ text: world.router.text, done: true });
    expect(came.at(-1)?.atMs).toBeGreaterThan(3_500);
    expect(came.at(-1)?.atMs).toBeLessThanOrEqual(4_000);
  });

  it('[D120] no word is lost, none is torn, and runs without a space go in short pieces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const pieces = inWords(text);
        expect(pieces.join('')).toBe(text);
        expect(pieces.length).toBeLessThanOrEqual(98);
        for (const piece of pieces.slice(1)) expect(piece).not.toMatch(/^[\udc00-\udfff]/);
      }),
    );
    expect(inWords('青い空'.repeat(20)).length).toBeGreaterThan(2);
    expect(inWords('')).toEqual([]);
  });

  it('[D120] the official OpenAI client reads it as any stream', async () => {
    const world = openWorld();
    world.router.text = 'One two three four.';
    const client = new OpenAI({
      apiKey: 'sk-one',
      baseURL: `${ORIGIN}/v1`,
      maxRetries: 0,
      defaultHeaders: natural,
      fetch: (url, init) => travel(new Request(url, init), world.device, () => undefined),
    });
    const read = async (): Promise<string[]> => {
      const stream = await client.chat.completions.create({
        model: 'app/chat',
        messages: [{ role: 'user', content: 'Why?' }],
        stream: true,
        stream_options: { include_usage: true },
      });
      const words: string[] = [];
      for await (const chunk of stream) words.push(chunk.choices[0]?.delta.content ?? '');
      return words.filter((word) => word !== '');
    };
    expect((await world.drive(read())).join('')).toBe(world.router.text);
    world.router.line = 'down';
    expect(await world.drive(read())).toEqual(['One ', 'two ', 'three ', 'four.']);
  });

  it('[D121] is for streams that ask for it: JSON, and a stream without the header, come at once', async () => {
    // At a natural pace these words take more than a second.
    const words = 'One two three. '.repeat(10).trim();
    const world = await offlineWorld(words);
    const json = await world.ask(ask, natural);
    expect(await json.json()).toMatchObject({ choices: [{ message: { content: words } }] });
    const before = world.clock.monotonic();
    const atOnce = await world.ask(streamed);
    expect(readStream(await atOnce.text())).toMatchObject({ text: words, done: true });
    expect(world.clock.monotonic() - before).toBeLessThan(300);
  });

  it('[D121] the router never hears of it', async () => {
    const heard: string[] = [];
    const world = openWorld({
      fetch: (request) => {
        if (request.headers.has('x-layover-pace')) heard.push(request.url);
        return world.router.fetch(request);
      },
    });
    await (await world.ask(streamed, natural)).text();
    await world.over();
    expect(heard).toEqual([]);
  });

  it('[D122] the answer is kept before its end is seen, and a reader that leaves ends it', async () => {
    const world = await offlineWorld('One two three four five six seven eight.');
    await writeTurn(world, ID, ask.prompt);
    const response = await world.ask(streamed, { ...natural, 'idempotency-key': ID });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await world.over();
    expect(world.device.running.size).toBe(0);
    expect(world.clock.timers()).toBe(0);
    expect((await history(world))[0]?.answer?.state).toMatchObject({ kind: 'whole', network: 'offline' });
  });

  it('[D122] the last piece waits until the answer is on the disk', async () => {
    const clock = fakeClock();
    let keep = (): void => undefined;
    const { body } = pacedBody(['one ', 'two ', 'end'], clock, new Promise<void>((resolve) => (keep = resolve)));
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let got = '';
    const read = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        got += decoder.decode(value);
      }
    })();
    await clock.advance(10_000);
    expect(got).toBe('one two ');
    keep();
    await read;
    expect(got).toBe('one two end');
  });

  it('[D122] a stop gives the rest at once: it has been answered', async () => {
    const world = await offlineWorld('One two three four five six seven eight. '.repeat(10));
    await writeTurn(world, ID, ask.prompt);
    const response = await world.ask(streamed, { ...natural, 'idempotency-key': ID });
    const before = world.clock.monotonic();
    const text = response.text();
    await world.drive(heed(world.device, { type: 'stop', askId: ID }));
    expect(readStream(await world.drive(text))).toMatchObject({ text: world.router.text, done: true, error: null });
    expect(world.clock.monotonic() - before).toBeLessThan(200);
    await world.over();
    expect((await history(world))[0]?.answer?.state).toMatchObject({ kind: 'whole' });
  });

  it('[D122] a timer that comes late has more to give', async () => {
    const clock = fakeClock();
    const lazy = { ...clock, after: (ms: number, run: () => void) => clock.after(Math.max(ms, 1_000), run) };
    const pieces = Array.from({ length: 60 }, (_, nth) => `${nth} `);
    const { body } = pacedBody(pieces, lazy, Promise.resolve());
    const text = new Response(body).text();
    await clock.advance(3_000);
    expect(await text).toBe(pieces.join(''));
  });
});
