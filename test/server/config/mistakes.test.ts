import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mistakesOf, read, readFiles, withModel, withParams } from './reading.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/config/${name}`, import.meta.url), 'utf8');

const brackets = 'write the value in its place, without the brackets.';
const hyphen = 'which only looks like a hyphen; type a plain `-`.';

test('[K5] the pasted file names its three placeholders and its look-alike hyphen, each with line and column', () => {
  expect(mistakesOf(fixture('kit-litellm_config.yaml'))).toEqual([
    `5:14 \`model_list[0].litellm_params.model\` is still the placeholder \`[PROVIDER_A_MODEL_ID]\`; ${brackets}`,
    `14:14 \`model_list[1].litellm_params.model\` is still the placeholder \`[PROVIDER_B_MODEL_ID]\`; ${brackets}`,
    `28:15 \`litellm_settings.master_key\` holds U+2011 as character 3, ${hyphen}`,
    `29:17 \`litellm_settings.database_url\` is still the placeholder \`[POSTGRES_URL]\`; ${brackets}`,
  ]);
});

const wrong: [name: string, text: string, mistakes: string[]][] = [
  [
    'a word for a number',
    withParams('timeout: soon'),
    ['5:16 `model_list[0].litellm_params.timeout` is "soon"; it must be a number of seconds above 0, at most 86,400.'],
  ],
  [
    'a time of nothing',
    withParams('stream_timeout: 0'),
    [
      '5:23 `model_list[0].litellm_params.stream_timeout` is "0"; it must be a number of seconds above 0, at most 86,400.',
    ],
  ],
  [
    'a negative weight',
    withParams('weight: -1'),
    ['5:15 `model_list[0].litellm_params.weight` is "-1"; it must be a number from 0 to 1,000,000,000.'],
  ],
  [
    'half an order',
    withParams('order: 1.5'),
    ['5:14 `model_list[0].litellm_params.order` is "1.5"; it must be a whole number from -1,000,000 to 1,000,000.'],
  ],
  [
    'a negative price',
    withParams('input_cost_per_token: -1e-7'),
    [
      '5:29 `model_list[0].litellm_params.input_cost_per_token` is "-1e-7"; it must be a number of dollars per token from 0 to 1.',
    ],
  ],
  [
    'an address without scheme',
    withParams('api_base: api.example.com'),
    [
      '5:17 `model_list[0].litellm_params.api_base` is "api.example.com"; it must be an address such as `https://api.example.com/v1`, without user name, query or fragment.',
    ],
  ],
  [
    'an address with a password',
    withParams('api_base: https://me:secret-9@example.com'),
    [
      '5:17 `model_list[0].litellm_params.api_base` is a value that is not shown here; it must be an address such as `https://api.example.com/v1`, without user name, query or fragment.',
    ],
  ],
  [
    'a list for a word',
    withParams('base_url: [a, b]'),
    ['5:17 `model_list[0].litellm_params.base_url` is a list in brackets; it must be text of 1 to 2,000 characters.'],
  ],
  [
    'a minus sign from a web page',
    withParams('weight: −1'),
    [`5:15 \`model_list[0].litellm_params.weight\` holds U+2212 as character 1, ${hyphen}`],
  ],
  [
    'a look-alike hyphen in a key',
    withModel('travel‑mode: 1'),
    [`6:1 the key \`travel‑mode\` holds U+2011 as character 7, ${hyphen}`],
  ],
  [
    'a placeholder in quotes',
    withParams('api_base: "[API_BASE]"'),
    [`5:17 \`model_list[0].litellm_params.api_base\` is still the placeholder \`[API_BASE]\`; ${brackets}`],
  ],
  [
    'a placeholder in an address',
    withParams('api_base: https://[HOST NAME]/v1'),
    [`5:17 \`model_list[0].litellm_params.api_base\` is still the placeholder \`https://[HOST NAME]/v1\`; ${brackets}`],
  ],
  [
    'a provider nobody knows',
    'model_list: [{model_name: a, litellm_params: {model: opnai/gpt}}]',
    [
      '1:54 `model_list[0].litellm_params.model` is "opnai/gpt"; it must be `provider/model` with one of the providers openai, anthropic, openrouter, groq, mistral, deepseek, together_ai, gemini, xai, cerebras, perplexity, deepinfra, nvidia_nim, ollama, ollama_chat, hosted_vllm, vllm, lm_studio, llamafile, custom_openai, openai_like, litellm_proxy.',
    ],
  ],
  [
    'a model without a name',
    'model_list:\n  - litellm_params: {model: openai/x, api_key: y}\n',
    ['2:5 `model_list[0].model_name` is missing; it must be text of 1 to 200 characters.'],
  ],
  [
    'parameters that are a word',
    'model_list:\n  - model_name: a\n    litellm_params: openai/x\n',
    ['3:21 `model_list[0].litellm_params` is "openai/x"; it must be a section with keys.'],
  ],
  ['models that are no list', 'model_list: {a: b}', ['1:13 `model_list` is a section with keys; it must be a list.']],
  [
    'no models',
    'slo: {window_days: 30}',
    [
      '1:1 `model_list` is missing; it must list at least one model. To see Layover without any provider, write `model_list: []`, or start it without a configuration.',
    ],
  ],
  ['only text', 'hello', ['1:1 the file is "hello"; it must hold sections such as `model_list:`.']],
  [
    'a truth value that is none',
    withModel('litellm_settings: {cache: maybe}'),
    ['6:27 `litellm_settings.cache` is "maybe"; it must be `true` or `false`.'],
  ],
  [
    'a strategy that LiteLLM does not have',
    withModel('router_settings: {routing_strategy: shuffle}'),
    [
      '6:37 `router_settings.routing_strategy` is "shuffle"; it must be `simple-shuffle`, `least-busy`, `usage-based-routing`, `usage-based-routing-v2`, `latency-based-routing` or `cost-based-routing`.',
    ],
  ],
  [
    'a success above 100 %',
    withModel('slo:\n  success_percent: 995'),
    ['7:20 `slo.success_percent` is "995"; it must be a number from 1 to 100.'],
  ],
  [
    'a feature that asks for nothing that is there',
    withModel('features:\n  draft:\n    model: app/chatt'),
    ['8:12 `features.draft.model` is "app/chatt"; it must be a `model_name` of `model_list`: app/chat.'],
  ],
  [
    'a feature with a name that no header can carry',
    withModel('features: {"Entwürfe": {}}'),
    [
      '6:12 `features.Entwürfe` is no name for a feature; it must be 1 to 100 letters, digits and `.`, `_`, `/`, `-`, the first a letter or digit.',
    ],
  ],
  [
    'a pattern that is none',
    withModel('features: {a: {cache: {ignore_patterns: ["#\\\\d+", "("]}}}'),
    ['6:51 `features.a.cache.ignore_patterns[1]` is "("; it must be a regular expression (Unicode mode).'],
  ],
  [
    'a policy for devices that is none',
    withModel('features: {a: {device: {store: always}}}'),
    ['6:32 `features.a.device.store` is "always"; it must be `store`, `store_unless_pii` or `never`.'],
  ],
  [
    'any origin',
    withModel('general_settings: {cors_origins: ["*"]}'),
    ['6:35 `general_settings.cors_origins[0]` is "*"; it must be an origin, such as `https://app.example.com`.'],
  ],
  [
    'a host with a scheme',
    withModel('general_settings: {hosts: [https://a.example]}'),
    [
      '6:28 `general_settings.hosts[0]` is "https://a.example"; it must be a host name without scheme, such as `ai.example.com`.',
    ],
  ],
  [
    'a body limit of nothing',
    withModel('general_settings: {body_bytes: 10}'),
    ['6:32 `general_settings.body_bytes` is "10"; it must be a whole number of bytes from 1,000 to 100,000,000.'],
  ],
  [
    'a master key with a blank',
    withModel('general_settings: {master_key: my key}'),
    [
      '6:32 `general_settings.master_key` is a value that is not shown here; it must be letters, digits and signs of ASCII, without blanks.',
    ],
  ],
  ['the same key twice', withModel('slo: {}\nslo: {}'), ['7:1 this key stands here a second time; keep one of them.']],
  ['a tab', 'model_list:\n\t- a', ['2:1 a tab indents this line; use blanks.']],
  [
    'two documents',
    'a: 1\n---\nb: 2',
    ['2:1 a second document starts here (`---`); one file holds one configuration.'],
  ],
  ['an alias of nothing', 'a: *b', ['1:4 this alias (`*name`) names no anchor (`&name`) above it.']],
  [
    'an alias inside its own anchor',
    'model_list: &a [*a]',
    ['1:17 this alias (`*name`) stands inside its own anchor.'],
  ],
  [
    'two deployments with one id',
    'model_list:\n  - &x {model_name: a, litellm_params: {model: openai/x, api_key: y}, model_info: {id: one}}\n  - *x\n',
    ['2:88 `model_list[1].model_info.id` is the id of another deployment too; ids must differ.'],
  ],
];

test.each(wrong)(
  '[K3] %s stops the start and says where, what was found and what is allowed',
  (_name, text, mistakes) => {
    expect(mistakesOf(text)).toEqual(mistakes);
  },
);

test('[K3] the message names the file and lists every mistake, top to bottom, in one go', () => {
  const text = withModel('slo:\n  window_days: 0\n  success_percent: all\nrouter_settings:\n  timeout: never');
  expect(() => read(text)).toThrow(
    [
      'The configuration cannot be used: 3 mistakes.',
      '  layover.yaml, line 7, column 16: `slo.window_days` is "0"; it must be a whole number of days from 1 to 366.',
      '  layover.yaml, line 8, column 20: `slo.success_percent` is "all"; it must be a number from 1 to 100.',
      '  layover.yaml, line 10, column 12: `router_settings.timeout` is "never"; it must be a number of seconds above 0, at most 86,400.',
    ].join('\n'),
  );
});

test('[K3] of more than 20 mistakes the first 20 are printed and the rest counted', () => {
  const features = Array.from({ length: 25 }, (_, index) => `  f${index}: {prompt_version: x}`).join('\n');
  expect(() => read(withModel(`features:\n${features}`))).toThrow(
    /25 mistakes\.(?:\n {2}layover\.yaml, line .*){20}\n {2}… and 5 more\.$/,
  );
});

test('[K3] a file that is too large, too deep or grown by aliases is refused at once', () => {
  const bomb = [
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]`),
  ].join('\n');
  expect(mistakesOf(`${bomb}\n`)[0]).toMatch(/the file holds more than 100000 values, aliases counted each time\.$/);
  expect(mistakesOf(`a: ${'['.repeat(60)}${']'.repeat(60)}`)[0]).toMatch(/more than 50 levels deep/);
  expect(mistakesOf('['.repeat(200_000))[0]).toMatch(/YAML/);
  expect(mistakesOf(`# ${'x'.repeat(1_000_000)}`)).toEqual(['1:1 the file is longer than 1,000,000 characters.']);
});

test('[K6] aliases that nothing can answer stop the start and name the missing variables', () => {
  expect(mistakesOf(withModel(''), {})).toEqual([
    '1:1 nothing can answer `app/chat`, which the feature `default` asks for. `openai/gpt-6-luna`: `K1` is not in the environment.',
  ]);
});

test('[K9] a file that LAYOVER_CONFIG names and that is not there stops the start', () => {
  expect(() => readFiles({ 'layover.yaml': withModel('') }, { LAYOVER_CONFIG: 'other.yaml' })).toThrow(
    'The configuration cannot be used. `LAYOVER_CONFIG` names `other.yaml`, and there is no such file. Correct the name, or leave `LAYOVER_CONFIG` out.',
  );
});

test('[K4] what is noticed is also told when the start ends, for a mistyped key is often why', () => {
  const text = withModel('featuers: {}\nslo:\n  success_percent: 995');
  expect(() => read(text)).toThrow(/success_percent.*\nPlease note:\n {2}.*`featuers`/s);
});
