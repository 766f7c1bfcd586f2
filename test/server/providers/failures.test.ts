import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readRetryAfter } from '../../../server/providers/retry-after.ts';
import { scrub } from '../../../server/providers/scrub.ts';
import { openProvider } from '../../../server/providers/open.ts';
import type { FailureKind, Provider, ProviderCall } from '../../../server/providers/provider.ts';
import { collect, failureOf, textOf, toolsOf } from '../../contracts/provider-events.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { startFakeProvider, type FakeProvider } from '../../fakes/provider/fake-provider.ts';
import { refuse } from '../../fakes/provider/script.ts';

const ask: ProviderCall = {
  model: 'large',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
  parameters: {},
  idleTimeoutMs: 15_000,
};
const signal = new AbortController().signal;
const openAi = (message: string, code: string | null = null, type = 'invalid_request_error'): unknown => ({
  error: { message, type, param: null, code },
});
const anthropic = (type: string, message: string): unknown => ({ type: 'error', error: { type, message } });

const CASES: ['openai' | 'anthropic', number, unknown, FailureKind][] = [
  ['openai', 400, openAi('Invalid value for `messages`.'), 'caller'],
  ['openai', 413, openAi('Too large.'), 'caller'],
  ['openai', 422, openAi('Unprocessable.'), 'caller'],
  [
    'openai',
    400,
    openAi('This model has a maximum context length of 128000 tokens.', 'context_length_exceeded'),
    'context-length',
  ],
  ['openai', 400, openAi('Too many tokens: the context window is 8192.'), 'context-length'],
  ['openai', 400, openAi('Rejected by the safety system.', 'content_policy_violation'), 'content-policy'],
  [
    'openai',
    400,
    openAi('The response was filtered by the content management policy.', 'content_filter'),
    'content-policy',
  ],
  ['openai', 401, openAi('No key.', 'invalid_api_key'), 'unauthorized'],
  ['openai', 402, openAi('Insufficient credits.'), 'quota'],
  ['openai', 403, openAi('Country not supported.'), 'unauthorized'],
  ['openai', 404, openAi('The model does not exist.', 'model_not_found'), 'model-missing'],
  ['openai', 400, openAi('It was retired.', 'model_decommissioned'), 'model-missing'],
  ['openai', 405, 'Method not allowed', 'model-missing'],
  ['openai', 408, '', 'rejected'],
  ['openai', 409, '', 'rejected'],
  [
    'openai',
    429,
    openAi('Rate limit reached. Add billing to raise it.', 'rate_limit_exceeded', 'requests'),
    'rate-limited',
  ],
  ['openai', 429, openAi('You exceeded your current quota.', 'insufficient_quota', 'insufficient_quota'), 'quota'],
  ['openai', 429, openAi('Your credit balance is used up.'), 'quota'],
  ['openai', 429, '', 'rate-limited'],
  ['openai', 500, '<html>', 'rejected'],
  ['openai', 503, openAi('Slow down.', 'slow_down'), 'rejected'],
  ['openai', 504, '', 'rejected'],
  [
    'anthropic',
    400,
    anthropic('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    'context-length',
  ],
  ['anthropic', 400, anthropic('invalid_request_error', 'Your credit balance is too low to access the API.'), 'quota'],
  [
    'anthropic',
    400,
    anthropic('invalid_request_error', 'You have reached your specified API usage limits: spend limit.'),
    'quota',
  ],
  ['anthropic', 400, anthropic('invalid_request_error', 'messages.0: wrong'), 'caller'],
  ['anthropic', 401, anthropic('authentication_error', 'invalid x-api-key'), 'unauthorized'],
  ['anthropic', 402, anthropic('billing_error', 'Pay.'), 'quota'],
  ['anthropic', 403, anthropic('permission_error', 'No.'), 'unauthorized'],
  ['anthropic', 404, anthropic('not_found_error', 'model: large'), 'model-missing'],
  ['anthropic', 413, anthropic('request_too_large', 'Too large.'), 'caller'],
  ['anthropic', 429, anthropic('rate_limit_error', 'Slower.'), 'rate-limited'],
  ['anthropic', 500, anthropic('api_error', 'Ours.'), 'rejected'],
  ['anthropic', 529, anthropic('overloaded_error', 'Overloaded'), 'rejected'],
];

describe('a refusal is classified by its words first, then by its status', () => {
  const clock = fakeClock();
  const fakes = new Map<string, { fake: FakeProvider; provider: Provider }>();
  let fake: FakeProvider;
  let provider: Provider;

  beforeAll(async () => {
    for (const wire of ['openai', 'anthropic'] as const) {
      const started = await startFakeProvider({ wire });
      const { apiBase, apiKey } = started;
      fakes.set(wire, { fake: started, provider: openProvider({ wire, apiBase, apiKey, clock }) });
    }
  });
  afterAll(async () => {
    for (const one of fakes.values()) {
      await one.provider.close();
      await one.fake.close();
    }
  });
  const use = (wire: string): void => {
    const found = fakes.get(wire);
    if (found === undefined) throw new Error(`No fake on ${wire}.`);
    ({ fake, provider } = found);
  };
  beforeEach(() => use('openai'));

  it.each(CASES)('[PF1] %s %i %j is %s', async (wire, status, body, kind) => {
    use(wire);
    fake.script(refuse(status, body));
    const failure = await failureOf(provider.stream(ask, signal)[Symbol.asyncIterator]());
    expect(failure).toMatchObject({ kind, status });
    expect(failure.message).toContain(new URL(fake.apiBase).host);
  });

  it('[PF2] says when to come back, as the provider told', async () => {
    fake.script(
      refuse(429, '', { 'retry-after': '7' }),
      refuse(503, '', { 'retry-after-ms': '250', 'retry-after': '9' }),
    );
    for (const retryAfterMs of [7000, 250])
      expect(await failureOf(provider.stream(ask, signal)[Symbol.asyncIterator]())).toMatchObject({ retryAfterMs });
  });

  it('[PF4] takes one JSON from a server that ignores `stream`', async () => {
    const message = {
      content: 'All at once.',
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'now', arguments: '{}' } }],
    };
    const usage = { prompt_tokens: 6, completion_tokens: 3, total_tokens: 9 };
    fake.script(refuse(200, { model: 'own', choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage }));
    const events = await collect(provider.stream(ask, signal)[Symbol.asyncIterator]());
    expect(events[0]).toMatchObject({ type: 'accepted', model: 'own' });
    expect(textOf(events)).toBe('All at once.');
    expect(toolsOf(events)).toEqual([{ id: 'call_1', name: 'now', arguments: '{}' }]);
    expect(events.at(-1)).toMatchObject({ reason: 'tool_calls', usage: { inputTokens: 6, outputTokens: 3 } });
  });

  it('[PF4] takes one JSON on the Anthropic wire too', async () => {
    use('anthropic');
    const content = [{ type: 'text', text: 'All at once.' }];
    const usage = { input_tokens: 6, output_tokens: 3 };
    fake.script(refuse(200, { type: 'message', model: 'own', content, stop_reason: 'end_turn', usage }));
    const events = await collect(provider.stream(ask, signal)[Symbol.asyncIterator]());
    expect(textOf(events)).toBe('All at once.');
    expect(events.at(-1)).toMatchObject({ reason: 'stop', usage: { inputTokens: 6, outputTokens: 3 } });
  });

  it('[PF6] a model’s name is cut to 200 characters', async () => {
    const choices = [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }];
    fake.script(refuse(200, { model: 'm'.repeat(100_000), choices }));
    const [accepted] = await collect(provider.stream(ask, signal)[Symbol.asyncIterator]());
    expect(accepted).toMatchObject({ model: 'm'.repeat(200) });
  });

  it('[PF1] words that every object of JavaScript knows are no status', async () => {
    fake.script(refuse(200, openAi('No.', 'constructor', '__proto__')));
    expect(await failureOf(provider.stream(ask, signal)[Symbol.asyncIterator]())).toMatchObject({
      kind: 'rejected',
      status: 200,
    });
  });

  it('[PF4] an error object in a 200 of JSON is that error, and other JSON is `rejected`', async () => {
    fake.script(
      refuse(200, openAi('No money.', 'insufficient_quota')),
      refuse(200, { hello: 'world' }),
      refuse(200, '{"a'),
    );
    for (const kind of ['quota', 'rejected', 'rejected'])
      expect((await failureOf(provider.stream(ask, signal)[Symbol.asyncIterator]())).kind).toBe(kind);
  });
});

describe('when to come back', () => {
  const now = Date.UTC(2026, 0, 1);
  it.each([
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '40' }, 40],
    [{ 'retry-after': '99999999' }, 86_400_000],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-3' }, null],
    [{}, null],
  ])('[PF2] %j is %s ms', (headers, expected) => {
    expect(readRetryAfter(headers, now)).toBe(expected);
  });
});

describe('the words of a provider', () => {
  const prompt = [{ role: 'user' as const, content: 'My secret plan is to open a bakery in Porto in spring.' }];

  it('[PF3] are shortened to 300 characters', () => {
    expect(scrub('a b '.repeat(1000), null, [])).toHaveLength(300);
  });

  it('[PF3] hold no key, whole or half masked', () => {
    expect(scrub('Incorrect key: my-own-key, see sk-proj-ab****yz or Bearer abc.', 'my-own-key', [])).toBe(
      'Incorrect key: [key], see [key] or [key]',
    );
  });

  it('[PF3] are left out when they quote the prompt, whole, in part, or when it is short', () => {
    expect(scrub('Bad input: "plan is to open a bakery in Porto"', null, prompt)).toBe('');
    expect(scrub('Bad input: tell', null, [{ role: 'user', content: [{ type: 'text', text: 'tell' }] }])).toBe('');
    expect(scrub('The plan is over.', null, prompt)).toBe('The plan is over.');
  });
});
