import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '#shared/clock.ts';
import { Problem, type ProblemCode } from '#shared/problem.ts';
import { listen, type Listening } from '../../server/http/listen.ts';
import { goodDay, provenance } from '../server/http/scripted-asks.ts';
import { MASTER_KEY, openSurface, type Surface } from '../server/http/surface.ts';

/** The official client, as an app has it, against the router's surface on a real port. */
let surface: Surface;
let server: Listening;
let client: OpenAI;
const ask = { model: 'app/chat', messages: [{ role: 'user' as const, content: 'Hi' }] };

beforeEach(async () => {
  surface = openSurface();
  server = await listen((request, bindings) => surface.app.fetch(request, bindings), {
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
  });
  client = new OpenAI({ apiKey: MASTER_KEY, baseURL: `http://127.0.0.1:${server.port}/v1` });
});
afterEach(() => server.stop(100));

test('[H22] it gets a whole answer, its usage and where it came from', async () => {
  const { data, response } = await client.chat.completions.create(ask).withResponse();
  expect(data.choices[0]?.message.content).toBe('Good day.');
  expect(data.usage?.total_tokens).toBe(5);
  expect(response.headers.get('x-layover-provider')).toBe('north');
});

test('[H22] it streams, and hands no chunk without choices to an app that asked for none', async () => {
  const stream = await client.chat.completions.create({ ...ask, stream: true });
  let text = '';
  for await (const chunk of stream) {
    expect(chunk.choices).toHaveLength(1);
    text += chunk.choices[0]?.delta.content ?? '';
  }
  expect(text).toBe('Good day.');
});

test('[H22] its streaming helper gives the whole completion, with usage when asked for', async () => {
  const stream = client.chat.completions.stream({ ...ask, stream_options: { include_usage: true } });
  const completion = await stream.finalChatCompletion();
  expect(completion.choices[0]?.message.content).toBe('Good day.');
  expect(completion.usage?.completion_tokens).toBe(2);
});

test('[H22] it lists models', async () => {
  const ids: string[] = [];
  for await (const model of client.models.list()) ids.push(model.id);
  expect(ids).toEqual(['app/chat']);
  expect((await client.models.retrieve('app/chat')).id).toBe('app/chat');
});

test.each<[ProblemCode, number]>([
  ['key_reused', 422],
  ['budget_spent', 402],
  ['cancelled', 409],
  ['model_unknown', 404],
  ['context_too_long', 400],
])('[H22] it raises %s with its code, and does not try again', async (code, status) => {
  surface.asks.refuses = new Problem(code, 'It was refused.');
  const failure = await failureOf(client.chat.completions.create(ask));
  expect(failure).toMatchObject({ status, code, requestID: expect.any(String) as string });
  expect(failure.message).toContain('It was refused.');
  expect(surface.asks.calls).toBe(1);
});

test('[H22] it tries again what a retry can cure', async () => {
  let failures = 1;
  surface.asks.play = (scripted) => {
    if (failures-- > 0) scripted.fail(new Problem('providers_down', 'Nobody answered.', { retryAfterMs: 1 }));
    else scripted.push(...goodDay());
  };
  const completion = await client.chat.completions.create(ask);
  expect(completion.choices[0]?.message.content).toBe('Good day.');
  expect(surface.asks.calls).toBe(2);
});

test('[H22] a wrong key raises an authentication error', async () => {
  const wrong = new OpenAI({ apiKey: 'sk-wrong', baseURL: client.baseURL });
  const failure = await failureOf(wrong.chat.completions.create(ask));
  expect(failure).toBeInstanceOf(OpenAI.AuthenticationError);
  expect(failure.code).toBe('key_unknown');
});

test('[H22] a failure after content is raised inside the stream', async () => {
  const problem = { code: 'stream_incomplete', message: 'The provider went away.', status: 502 };
  surface.asks.play = (scripted) =>
    scripted.push(...goodDay().slice(0, 2), { type: 'answer-problem', problem, provenance: provenance() });
  const read = await readAll(await client.chat.completions.create({ ...ask, stream: true }));
  expect(read.text).toBe('Good ');
  expect(read.failure).toMatchObject({ code: 'stream_incomplete' });
});

test('[H22] a stream whose connection is cut raises', async () => {
  surface.asks.play = (scripted) => scripted.push(...goodDay().slice(0, 2));
  const stream = await client.chat.completions.create({ ...ask, stream: true });
  const reading = readAll(stream, () => void server.stop(0));
  expect(await reading).toMatchObject({ text: 'Good ', failure: expect.any(Error) as Error });
});

test('[H22] an app that stops reading leaves the ask', async () => {
  surface.asks.play = (scripted) => scripted.push(...goodDay().slice(0, 2));
  const stream = await client.chat.completions.create({ ...ask, stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'Good ') break;
  await surface.clock.until(() => surface.asks.asked[0]?.leaves === 1);
});

test('[H22] an app that gives up waiting for the first token leaves the ask', async () => {
  surface.asks.play = () => {};
  const gone = new AbortController();
  const answer = client.chat.completions.create({ ...ask, stream: true }, { signal: gone.signal });
  const failure = failureOf(answer);
  await surface.clock.until(() => surface.asks.asked.length === 1);
  gone.abort();
  await surface.clock.until(() => surface.asks.asked[0]?.leaves === 1);
  expect(await failure).toBeInstanceOf(OpenAI.APIUserAbortError);
});

test('[H9] over a real connection a body past the bound is refused while it is still being sent', async () => {
  surface.configuration.general.bodyBytes = 1_000;
  const failure = await failureOf(
    client.chat.completions.create({ model: 'app/chat', messages: [{ role: 'user', content: 'x'.repeat(500_000) }] }),
  );
  expect([failure.status, failure.code]).toEqual([413, 'too_large']);
  expect(surface.asks.asked).toEqual([]);
});

async function failureOf(answer: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const failure = await answer.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (failure instanceof OpenAI.APIError) return failure;
  throw new Error('It raised no API error.', { cause: failure });
}

async function readAll(
  stream: AsyncIterable<OpenAI.ChatCompletionChunk>,
  onContent: () => void = () => {},
): Promise<{ text: string; failure: unknown }> {
  let text = '';
  try {
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content ?? '';
      text += piece;
      if (piece !== '') onContent();
    }
    return { text, failure: null };
  } catch (failure) {
    return { text, failure };
  }
}
