import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Deployment } from '../../../server/config/configuration.ts';
import { demoDeployment, mistakesOf, read, readFiles, withModel, withParams } from './reading.ts';

const filled = readFileSync(new URL('../../fixtures/config/kit-filled-litellm_config.yaml', import.meta.url), 'utf8');

function only(text: string, environment?: Record<string, string>): Deployment {
  const [deployment] = read(text, environment).deployments;
  if (deployment === undefined) throw new Error('There is no deployment.');
  return deployment;
}

test('[K1] an existing litellm_config.yaml works as it is', () => {
  const environment = {
    PROVIDER_A_KEY: 'key-a',
    PROVIDER_A_API_BASE: 'https://a.example/v1/',
    PROVIDER_B_KEY: 'key-b',
    PROVIDER_B_API_BASE: 'https://b.example/v1/messages',
  };
  const configuration = readFiles({ 'litellm_config.yaml': filled }, environment);
  expect(configuration).toMatchObject({ source: 'litellm_config.yaml', demo: false, featuresDeclared: false });
  expect(configuration.deployments).toEqual([
    {
      id: 'app/chat#1',
      alias: 'app/chat',
      name: 'openai/gpt-6-luna',
      wire: 'openai',
      model: 'gpt-6-luna',
      apiBase: 'https://a.example/v1',
      apiKey: 'key-a',
      order: 1,
      weight: 9,
      timeoutMs: 30_000,
      firstTokenTimeoutMs: 2_000,
      idleTimeoutMs: 15_000,
      streamTotalMs: 300_000,
      prefill: false,
      prices: null,
      maxInputTokens: null,
      perMinute: { requests: null, tokens: null },
      judged: { allowedFails: null, allowedFailsPolicy: null, cooldownMs: null },
      demo: false,
      state: { kind: 'ready' },
    },
    expect.objectContaining({ id: 'app/chat#2', wire: 'anthropic', apiBase: 'https://b.example', order: 2, weight: 1 }),
  ]);
  expect(configuration.routing).toMatchObject({
    allowedFails: 3,
    cooldownMs: 30_000,
    totalTimeoutMs: 30_000,
    graceMs: 60_000,
  });
  expect(configuration.general.masterKey).toBe('sk-local-dev-key');
  expect(configuration.features.get('default')?.cache.ttlSeconds).toBe(0);
});

const cache: [yaml: string, ttlSeconds: number][] = [
  ['', 0],
  ['litellm_settings: {cache: true}', 3600],
  ['litellm_settings: {cache: True, cache_params: {ttl: 600}}', 600],
  ['litellm_settings: {cache: yes, cache_params: {mode: default_off}}', 0],
  ['litellm_settings: {cache: true, cache_params: {supported_call_types: [embedding]}}', 0],
  ['litellm_settings: {cache: false, cache_params: {ttl: 600}}', 0],
];

test.each(cache)('[K1] a file without features that says `%s` remembers answers for %d s', (yaml, ttlSeconds) => {
  expect(read(withModel(yaml)).features.get('default')?.cache).toEqual({ ttlSeconds, scope: 'tenant' });
});

test('[K1] request_timeout is the total limit where router_settings has none', () => {
  expect(read(withModel('litellm_settings: {request_timeout: 90}')).routing.totalTimeoutMs).toBe(90_000);
  const both = 'litellm_settings: {request_timeout: 90}\nrouter_settings: {timeout: 45}';
  expect(read(withModel(both)).routing.totalTimeoutMs).toBe(45_000);
  expect(only(withModel(both)).timeoutMs).toBe(45_000);
});

test('[K1] the master key of general_settings goes before that of litellm_settings', () => {
  const text = withModel('litellm_settings: {master_key: two}\ngeneral_settings: {master_key: os.environ/K2}');
  expect(read(text).general.masterKey).toBe('key-2');
});

test('[K1] ttft_timeout goes before stream_timeout, a deployment before the router', () => {
  const params = withParams('stream_timeout: 4\nttft_timeout: 1.5\nstream_idle_timeout: 7');
  expect(only(params)).toMatchObject({ firstTokenTimeoutMs: 1500, idleTimeoutMs: 7000 });
  expect(only(withModel('router_settings: {stream_timeout: 5}')).firstTokenTimeoutMs).toBe(5000);
  expect(only(withModel('router_settings: {stream_total_timeout: 60}')).streamTotalMs).toBe(60_000);
  expect(only(withParams('stream_total_timeout: 20')).streamTotalMs).toBe(20_000);
});

test('[K1] environment_variables of the file count as environment', () => {
  const deployment = only(withModel('environment_variables: {K1: from-file}'), {});
  expect(deployment).toMatchObject({ apiKey: 'from-file', state: { kind: 'ready' } });
});

const providers: [model: string, more: string, wanted: Partial<Deployment>][] = [
  ['openai/gpt-6-luna', '', { wire: 'openai', model: 'gpt-6-luna', apiBase: 'https://api.openai.com/v1' }],
  ['gpt-6-luna', '', { name: 'openai/gpt-6-luna', apiBase: 'https://api.openai.com/v1' }],
  [
    'anthropic/claude-haiku-5-5',
    '',
    { wire: 'anthropic', model: 'claude-haiku-5-5', apiBase: 'https://api.anthropic.com' },
  ],
  ['claude-haiku-5-5', '', { name: 'anthropic/claude-haiku-5-5', wire: 'anthropic' }],
  ['openrouter/meta/llama', '', { model: 'meta/llama', apiBase: 'https://openrouter.ai/api/v1' }],
  ['groq/llama', '', { apiBase: 'https://api.groq.com/openai/v1' }],
  ['mistral/small', '', { apiBase: 'https://api.mistral.ai/v1' }],
  ['deepseek/chat', '', { apiBase: 'https://api.deepseek.com/v1' }],
  ['together_ai/org/model', '', { model: 'org/model', apiBase: 'https://api.together.xyz/v1' }],
  ['gemini/flash', '', { apiBase: 'https://generativelanguage.googleapis.com/v1beta/openai' }],
  ['ollama/llama', ', api_base: http://localhost:11434', { apiBase: 'http://localhost:11434/v1' }],
  ['hosted_vllm/org/model', ', api_base: http://gpu:8000/v1', { model: 'org/model', apiBase: 'http://gpu:8000/v1' }],
  ['litellm_proxy/app/chat', ', api_base: http://other:4000', { model: 'app/chat', apiBase: 'http://other:4000' }],
  [
    'org/model',
    ', api_base: http://gpu:8000/v1/chat/completions',
    { name: 'openai/org/model', model: 'org/model', apiBase: 'http://gpu:8000/v1' },
  ],
  ['model', ', custom_llm_provider: groq', { name: 'groq/model', apiBase: 'https://api.groq.com/openai/v1' }],
];

test.each(providers)('[K2] %s%s is called where its prefix says', (model, more, wanted) => {
  const text = `model_list: [{model_name: a, litellm_params: {model: ${model}, api_key: os.environ/K1${more}}}]`;
  expect(only(text)).toMatchObject({ ...wanted, apiKey: 'key-1', state: { kind: 'ready' } });
});

test('[K2] a key that is left out comes from the variable of its provider; an address of one’s own needs none', () => {
  const text = (params: string): string => `model_list: [{model_name: a, litellm_params: {${params}}}]`;
  expect(only(text('model: groq/x'), { GROQ_API_KEY: 'g' }).apiKey).toBe('g');
  expect(only(text('model: ollama/x'), {})).toMatchObject({ apiKey: null, state: { kind: 'ready' } });
  expect(only(text('model: openai/x, api_base: "http://127.0.0.1:9/v1"'), {})).toMatchObject({
    apiKey: null,
    state: { kind: 'ready' },
  });
});

test('[K6] a deployment without its key, or at a provider that is not served, is left out while another serves the alias', () => {
  const text = `model_list:
  - {model_name: a, litellm_params: {model: azure/x, api_key: k, api_base: "https://a.example"}}
  - {model_name: a, litellm_params: {model: openai/x, api_key: os.environ/NOT_THERE}}
  - {model_name: a, litellm_params: {model: hosted_vllm/x}}
  - {model_name: a, litellm_params: {model: openai/y, api_key: os.environ/K1}}
`;
  expect(read(text).deployments.map((deployment) => deployment.state)).toEqual([
    {
      kind: 'unconfigured',
      why: 'Layover does not serve `azure` yet; give the address of an OpenAI-compatible endpoint as `api_base`, and the prefix `openai/`.',
    },
    { kind: 'unconfigured', why: '`NOT_THERE` is not in the environment.' },
    { kind: 'unconfigured', why: '`api_base` or `HOSTED_VLLM_API_BASE` must say where `hosted_vllm` is.' },
    { kind: 'ready' },
  ]);
});

test('[K7] os.environ/NAME stands for a variable in every value, numbers included', () => {
  const params = withParams(
    'timeout: os.environ/T\nweight: os.environ/W\ninput_cost_per_token: os.environ/P\noutput_cost_per_token: "0.000002"',
  );
  const deployment = only(params, { K1: 'k', T: '12.5', W: '7', P: '5.46875e-07' });
  expect(deployment).toMatchObject({
    timeoutMs: 12_500,
    weight: 7,
    prices: { inputPicoUsd: 546_875, outputPicoUsd: 2_000_000 },
  });
});

test('[K9] LAYOVER_CONFIG goes before layover.yaml, and that before litellm_config.yaml', () => {
  const files = { 'layover.yaml': withModel(''), 'litellm_config.yaml': withModel(''), 'mine.yaml': withModel('') };
  expect(readFiles(files, { K1: 'k', LAYOVER_CONFIG: 'mine.yaml' }).source).toBe('mine.yaml');
  expect(readFiles(files, { K1: 'k' }).source).toBe('layover.yaml');
  expect(readFiles({ 'litellm_config.yaml': withModel('') }, { K1: 'k' }).source).toBe('litellm_config.yaml');
});

test('[K9] without a file and without a key the demo serves; with a key the starter file does', () => {
  const demo = readFiles({});
  expect(demo).toMatchObject({
    source: null,
    demo: true,
    featuresDeclared: true,
    defaultFeature: 'default',
    notices: [],
  });
  expect([...demo.features.values()].map(({ title, cache: { ttlSeconds } }) => [title, ttlSeconds])).toEqual([
    ['Ask anything', 3600],
    ['Travel notes', 3600],
    ['Draft a reply', 3600],
  ]);
  const built = readFiles({}, { ANTHROPIC_API_KEY: 'k' });
  expect(built).toMatchObject({ source: null, demo: false });
  expect(built.deployments.map(({ name, state }) => [name, state.kind])).toEqual([
    ['openai/gpt-6-luna', 'unconfigured'],
    ['anthropic/claude-haiku-5-5', 'ready'],
  ]);
});

test('[K9] an empty model_list is answered by the demo providers, and says so', () => {
  const configuration = read('model_list: []\nfeatures: {draft: {model: app/small}}');
  expect(configuration).toMatchObject({ demo: true, deployments: [demoDeployment, { alias: 'app/small' }] });
  expect(configuration.notices).toEqual([
    'layover.yaml, line 1, column 1: `model_list` is empty: the demo providers answer.',
  ]);
});

test.each([
  ['anthropic/claude-sonnet-4-5-20250929', '', true],
  ['anthropic/claude-sonnet-4-20250514', '', true],
  ['anthropic/claude-3-5-sonnet-20241022', '', true],
  ['anthropic/claude-2.1', '', true],
  ['anthropic/claude-opus-4-6', '', false],
  ['anthropic/claude-haiku-5-5', '', false],
  ['openai/gpt-6-luna', '', false],
  ['openai/gpt-6-luna', 'true', true],
  ['anthropic/claude-sonnet-4-5', 'false', false],
])('[ST9] %s, told `%s`, goes on from a last turn of the assistant: %s', (model, told, prefill) => {
  const info = told === '' ? '' : `\n    model_info: {supports_assistant_prefill: ${told}}`;
  const text = `model_list:\n  - model_name: a\n    litellm_params: {model: ${model}, api_key: k}${info}\n`;
  expect(only(text).prefill).toBe(prefill);
});

const twice = `model_list:
  - {model_name: chat, litellm_params: {model: openai/a, api_key: os.environ/K1, rpm: 30, cooldown_time: 5}, model_info: {max_input_tokens: 8000, allowed_fails: 1}}
  - {model_name: chat, tpm: 900, litellm_params: {model: openai/b, api_key: os.environ/K1, rpm: 10}}
  - {model_name: big, litellm_params: {model: openai/c, api_key: os.environ/K1, rpm: 7, weight: 2}}
`;

test('[R26] `rpm` is a limit, and the weight only where an alias has none', () => {
  const { deployments } = read(twice);
  expect(deployments.map(({ weight, perMinute }) => [weight, perMinute.requests, perMinute.tokens])).toEqual([
    [30, 30, null],
    [10, 10, 900],
    [2, 7, null],
  ]);
  expect(deployments[0]).toMatchObject({ maxInputTokens: 8000, judged: { allowedFails: 1, cooldownMs: 5000 } });
});

test('[R23] fallbacks, other names and policies have LiteLLM’s meaning, in both sections where it has them', () => {
  const { routing, features } = read(`${twice}router_settings:
  num_retries: 4
  max_fallbacks: 3
  retry_after: 0.5
  fallbacks: [{chat: [big]}]
  default_fallbacks: [{model: big, temperature: 1}]
  model_group_alias: {gpt-4: chat, hidden-one: {model: big, hidden: true}}
  retry_policy: {TimeoutErrorRetries: 1, InternalServerErrorRetries: 3}
  allowed_fails_policy: {RateLimitErrorAllowedFails: 100}
  disable_cooldowns: true
  enable_pre_call_checks: true
  routing_strategy: latency-based-routing
  routing_strategy_args: {ttl: 60, lowest_latency_buffer: 0.5}
litellm_settings: {num_retries: 9, allowed_fails: 7, context_window_fallbacks: [{chat: [big]}], content_policy_fallbacks: [{big: [gpt-4]}]}
features: {plan: {model: gpt-4}}
`);
  expect(routing).toMatchObject({
    ...{ numRetries: 4, maxFallbacks: 3, retryAfterMs: 500, allowedFails: 7, cooldowns: false, preCallChecks: true },
    strategy: { kind: 'latency', ttlMs: 60_000, buffer: 0.5 },
  });
  expect([...routing.fallbacks.any]).toEqual([
    ['chat', ['big']],
    ['*', ['big']],
  ]);
  expect([...routing.fallbacks.whenTooLong]).toEqual([['chat', ['big']]]);
  expect([...routing.fallbacks.whenRefused]).toEqual([['big', ['gpt-4']]]);
  expect(routing.retryPolicy.get('timeout')).toBe(1);
  expect(routing.retryPolicy.get('unreachable')).toBe(3);
  expect([...routing.allowedFailsPolicy]).toEqual([['rate-limited', 100]]);
  expect(routing.modelAliases.get('hidden-one')).toEqual({ model: 'big', hidden: true });
  expect(features.get('plan')?.model).toBe('chat');
});

test('[K3] a fallback that nobody serves is named with its place', () => {
  expect(mistakesOf(`${twice}router_settings: {fallbacks: [{chat: [bgi]}], model_group_alias: {x: nobody}}\n`)).toEqual(
    [
      expect.stringContaining('`router_settings.model_group_alias.x` is "nobody"'),
      expect.stringContaining('`router_settings.fallbacks[0].chat[0]` is "bgi"'),
    ],
  );
});

test('[R30] a pin that means no deployment of its model stops the start', () => {
  expect(read(`${twice}features: {plan: {model: big, pin: "big#1"}}\n`).features.get('plan')?.pin).toBe('big#1');
  expect(mistakesOf(`${twice}features: {plan: {model: big, pin: "chat#1"}}\n`)).toEqual([
    expect.stringContaining(
      '`features.plan.pin` is "chat#1"; it must be `primary`, `secondary`, or a deployment of `big`: big#1.',
    ),
  ]);
});
