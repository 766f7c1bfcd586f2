import NodeOpenAI from 'openai';
import { createContext, runInContext } from 'node:vm';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { gate } from '../fakes/provider/gate.ts';
import { complain } from '../fakes/provider/refusals.ts';
import { answer, callTool, cut, end, finish, hold, refuse, say } from '../fakes/provider/script.ts';
import { openWholeRouter, type WholeRouter } from '../fakes/whole-router.ts';
import { bundle } from '../journeys/harness/bundle.ts';

const BUILDS = ['Node build', 'browser build'] as const;

/** What a browser has and nothing of Node: no `process`, no `Buffer`, no `require`. */
const BROWSER = {
  ...{ fetch, Request, Response, Headers, FormData, File, Blob, ReadableStream, TransformStream, WritableStream },
  ...{ TextEncoder, TextDecoder, TextDecoderStream, AbortController, AbortSignal, URL, URLSearchParams },
  ...{ setTimeout, clearTimeout, queueMicrotask, crypto, performance, structuredClone, Event, EventTarget, console },
};

const messages = [{ role: 'user' as const, content: 'Why is the sea salty?' }];
const weather = {
  type: 'function' as const,
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

describe.each(BUILDS)('the official OpenAI client, %s, unmodified, against a whole router', (build) => {
  let OpenAI: typeof NodeOpenAI;
  let whole: WholeRouter;
  let client: NodeOpenAI;
  let requests: { atMs: number; retry: string | null }[];

  beforeAll(async () => {
    OpenAI = build === 'Node build' ? NodeOpenAI : await browserBuild();
  });
  beforeEach(() => reopen());
  afterEach(close);

  async function reopen(more = ''): Promise<void> {
    if (more !== '') await close();
    whole = await openWholeRouter({
      ...{ clock: systemClock, random: systemRandom },
      yaml: (north, south) => yamlOf(north, south) + more,
    });
    requests = [];
    client = new OpenAI({
      apiKey: whole.masterKey,
      baseURL: `${whole.origin}/v1`,
      dangerouslyAllowBrowser: true,
      fetch(input: string | URL | Request, init?: RequestInit) {
        const retry = new Headers(init?.headers).get('x-stainless-retry-count');
        requests.push({ atMs: performance.now(), retry });
        return fetch(input, init);
      },
    });
  }

  async function close(): Promise<void> {
    await whole.stop(1_000);
    await whole.remove();
  }

  const ask = { model: 'chat', messages };

  it('[SD1] gets a whole answer with its usage, in one JSON', async () => {
    whole.north.script(answer('Salt comes ', 'from rocks.'));
    const { data, response } = await client.chat.completions.create(ask).withResponse();
    expect(data.choices[0]).toMatchObject({ message: { content: 'Salt comes from rocks.' }, finish_reason: 'stop' });
    expect(data.usage).toMatchObject({ prompt_tokens: 6, completion_tokens: 6, total_tokens: 12 });
    expect(response.headers.get('x-layover-provider')).toBe('openai/north');
  });

  it('[SD1] streams, with usage as it asked for it, also from the second provider', async () => {
    whole.north.otherwise(refuse(503));
    whole.south.script(answer('Salt comes ', 'from rocks.'));
    const stream = client.chat.completions.stream({ ...ask, stream_options: { include_usage: true } });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe('Salt comes from rocks.');
    expect(completion.usage?.completion_tokens).toBe(6);
    expect(requests).toHaveLength(1);
  });

  it('[SD1] gets tool calls, whole, from either wire', async () => {
    const steps = [callTool('call_1', 'weather', '{"city":', '"Porto"}'), finish()];
    whole.north.script(steps, refuse(401));
    whole.south.script(steps);
    for (let time = 0; time < 2; time++) {
      const stream = client.chat.completions.stream({ ...ask, tools: [weather] });
      const [choice] = (await stream.finalChatCompletion()).choices;
      expect(choice?.finish_reason).toBe('tool_calls');
      expect(choice?.message.tool_calls?.[0]).toMatchObject({
        id: 'call_1',
        function: { name: 'weather', arguments: '{"city":"Porto"}' },
      });
    }
  });

  it('[SD1] gets JSON where it asked for JSON', async () => {
    whole.north.script(answer('{"sea":', '"salty"}'));
    const completion = await client.chat.completions.create({ ...ask, response_format: { type: 'json_object' } });
    expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual({ sea: 'salty' });
    expect(whole.north.calls[0]?.body['response_format']).toEqual({ type: 'json_object' });
  });

  it.each([
    ['is cut', [say('{"sea":'), cut()]],
    ['ends cleanly without a finish reason', [say('{"sea":'), end()]],
    ['ends with a terminator alone', [say('{"sea":'), finish({ reason: null, usage: false })]],
  ])('[SD2] a stream that %s raises, and never ends as a short success', async (_how, steps) => {
    whole.north.otherwise(steps);
    whole.south.otherwise(steps);
    const stream = await client.chat.completions.create({
      ...{ ...ask, response_format: { type: 'json_object' as const } },
      stream: true,
    });
    const { text, failure } = await readAll(stream);
    expect(text).toBe('{"sea":');
    expect(failure).toMatchObject({ code: 'stream_incomplete' });
    const inJson = await failureOf(
      client.chat.completions.create({ ...ask, response_format: { type: 'json_object' } }, { maxRetries: 0 }),
    );
    expect(inJson.status).toBeGreaterThanOrEqual(500);
  });

  it('[SD2] a router that dies in the middle of a stream raises', async () => {
    whole.north.script([say('Salt '), hold()]);
    const stream = await client.chat.completions.create({ ...ask, stream: true });
    const reading = readAll(stream);
    await whole.north.called(1);
    await whole.stop(0);
    const { failure } = await reading;
    // An error of another realm is an instance of another `Error`.
    expect(failure).toHaveProperty('message');
  });

  it('[SD3] tries again what it is told to, and waits as long as it is told', async () => {
    await reopen('tenants: { default: { asks_per_second: 1, burst: 1 } }');
    await client.chat.completions.create(ask);
    const completion = await client.chat.completions.create(ask);
    expect(completion.choices[0]?.message.content).toBe('This is the fake answer.');
    expect(requests.map(({ retry }) => retry)).toEqual(['0', '0', '1']);
    const waitedMs = (requests[2]?.atMs ?? 0) - (requests[1]?.atMs ?? 0);
    // Its own pause before a first retry is at most half a second.
    expect(waitedMs).toBeGreaterThanOrEqual(900);
    expect(whole.north.calls).toHaveLength(2);
  });

  it('[SD3] gives up after two more tries when nobody can answer', async () => {
    whole.north.otherwise(refuse(503));
    whole.south.otherwise(refuse(503));
    const failure = await failureOf(client.chat.completions.create(ask));
    expect(failure).toMatchObject({ status: 503, code: 'providers_down' });
    expect(requests.map(({ retry }) => retry)).toEqual(['0', '1', '2']);
  });

  it('[SD3] does not try again what a retry cannot cure', async () => {
    whole.north.script(complain('openai', 'malformed'));
    expect(await failureOf(client.chat.completions.create(ask))).toMatchObject({ status: 400 });
    expect(await failureOf(client.chat.completions.create({ ...ask, model: 'nowhere' }))).toMatchObject({
      status: 404,
      code: 'model_unknown',
    });
    expect(requests).toHaveLength(2);
    expect(whole.north.calls).toHaveLength(1);
  });

  it('[SD3] does not try again what a budget is spent for, and says which', async () => {
    await reopen('tenants: { default: { monthly_cost_usd: 0.001 } }');
    for (const stream of [false, true]) {
      const failure = await failureOf(client.chat.completions.create({ ...ask, stream }));
      expect(failure).toMatchObject({ status: 402, code: 'budget_spent' });
      expect(failure.message).toContain('this month’s budget');
    }
    expect(requests).toHaveLength(2);
    expect(whole.north.calls).toHaveLength(0);
  });

  it('[SD4] an abort is an abort', async () => {
    const middle = gate();
    whole.north.script([say('Salt '), hold(middle), say('comes')]);
    const gone = new AbortController();
    const stream = await client.chat.completions.create({ ...ask, stream: true }, { signal: gone.signal });
    let text = '';
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (text === 'Salt ') gone.abort();
    }
    expect(text).toBe('Salt ');
    middle.open();
    // A stream that is left goes on for the grace; an answer nobody waits for yet is left just so.
    const never = new AbortController();
    whole.north.script([hold()]);
    const asking = failureOf(client.chat.completions.create(ask, { signal: never.signal }));
    await whole.north.called(2);
    never.abort();
    expect(await asking).toBeInstanceOf(OpenAI.APIUserAbortError);
  });
});

function yamlOf(north: { apiBase: string }, south: { apiBase: string }): string {
  return `
model_list:
  - model_name: chat
    litellm_params: { model: openai/north, api_base: ${north.apiBase}, api_key: fake-key, order: 1, input_cost_per_token: 1e-6, output_cost_per_token: 4e-6 }
  - model_name: chat
    litellm_params: { model: anthropic/south, api_base: ${south.apiBase}, api_key: fake-key, order: 2 }
router_settings: { cooldown_time: 1 }
`;
}

/** The client as a bundler makes it for a page, in a world with nothing of Node. */
async function browserBuild(): Promise<typeof NodeOpenAI> {
  const window: Record<string, unknown> = { ...BROWSER, navigator: { userAgent: 'a page' }, document: {} };
  window['window'] = window;
  window['self'] = window;
  const context = createContext(window);
  runInContext(await bundle('./openai-on-window.ts'), context);
  return window['OpenAI'] as typeof NodeOpenAI;
}

async function failureOf(asking: Promise<unknown>): Promise<Error & { status?: number; code?: string }> {
  return asking.then(
    () => {
      throw new Error('It raised nothing.');
    },
    (failure: unknown) => failure as Error,
  );
}

async function readAll(
  stream: AsyncIterable<NodeOpenAI.ChatCompletionChunk>,
): Promise<{ text: string; failure: unknown }> {
  let text = '';
  try {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    return { text, failure: null };
  } catch (failure) {
    return { text, failure };
  }
}
