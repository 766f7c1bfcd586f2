import { expect, test } from 'vitest';
import { describeConfiguration } from '../../../server/config/describe-configuration.ts';
import { read, readFiles, withModel, withParams } from './reading.ts';

const features = 'features: {default: {}}\n';

const notices: [name: string, text: string, lines: string[]][] = [
  [
    'an unknown key',
    withModel(`${features}colour: red`),
    ['layover.yaml, line 7, column 1: `colour` is not a key that Layover knows; it has no effect.'],
  ],
  [
    'a mistyped key',
    withModel(`${features}retension:\n  asks_days: 3`),
    [
      'layover.yaml, line 7, column 1: `retension` is not a key that Layover knows; it has no effect. Was `retention` meant?',
    ],
  ],
  [
    'a mistyped key of a feature',
    withModel('features:\n  a:\n    promt_version: 2'),
    [
      'layover.yaml, line 8, column 5: `features.a.promt_version` is not a key that Layover knows; it has no effect. Was `prompt_version` meant?',
    ],
  ],
  [
    'an unknown key without a value',
    withModel(`${features}colour:`),
    ['layover.yaml, line 7, column 1: `colour` is not a key that Layover knows; it has no effect.'],
  ],
  [
    'a key of LiteLLM that is not followed',
    withModel(`${features}litellm_settings: {modify_params: true}`),
    [
      'layover.yaml, line 7, column 20: `litellm_settings.modify_params` is not used: parameters go to the provider as they came.',
    ],
  ],
  [
    'the same key in several places',
    `model_list:\n  - &a {model_name: a, litellm_params: {model: openai/x, api_key: k, tags: [x]}}\n  - *a\n${features}`,
    [
      'layover.yaml, line 2, column 70, and 1 more like it: `model_list.*.litellm_params.tags` is not used: tags do not choose a deployment.',
    ],
  ],
  [
    'tenants and alerts',
    withModel(
      `${features}tenants: {t: {burst: 3}}\nalerts: {slack_url: https://hooks.example/secret, heartbeat_url: null}`,
    ),
    [
      'layover.yaml, line 8, column 1: `alerts` is not used yet: no alert is sent.',
      'layover.yaml, line 7, column 15: `burst` has no effect without `asks_per_second`.',
    ],
  ],
  [
    'a cap in dollars over a model without a price',
    'model_list: [{model_name: a, litellm_params: {model: openai/unheard-of, api_key: k}}]\nfeatures: {a: {limits: {cost_usd: 0.02}}}\ntenants: {t: {monthly_cost_usd: 5}}\n',
    [
      'layover.yaml, line 3, column 15, and 1 more like it: a cap in dollars does not count `openai/unheard-of`, whose price is not known; with `unknown_price: refuse` nobody under a cap may ask there.',
    ],
  ],
  [
    'another strategy',
    withModel(`${features}router_settings: {routing_strategy: least-busy}`),
    [
      'layover.yaml, line 7, column 19: only the routing strategies `simple-shuffle` and `latency-based-routing` are followed: lowest `order` first, by `weight` inside it.',
    ],
  ],
  [
    'half a price',
    withParams('input_cost_per_token: 1e-6'),
    [
      'layover.yaml, line 2, column 5: only a part of the prices is given: costs stay unknown until `input_cost_per_token` and `output_cost_per_token` are there.',
    ],
  ],
  [
    'a price per million tokens',
    withParams('input_cost_per_token: 0.25\noutput_cost_per_token: 1'),
    [
      'layover.yaml, line 2, column 5: a price is above $10,000 for a million tokens. Prices are per token: $2 a million is written 0.000002.',
    ],
  ],
  [
    'a wildcard',
    `${withModel('')}  - {model_name: "*", litellm_params: {model: "openai/*"}}\n`,
    [
      'layover.yaml, line 6, column 5: a `*` in a model name is not served yet: write one entry for each model. This one is left out.',
    ],
  ],
  [
    'a variable that is not there',
    withModel(`${features}general_settings: {master_key: os.environ/NOT_THERE}`),
    [
      'layover.yaml, line 7, column 20: `general_settings.master_key` counts as left out: `NOT_THERE` is not in the environment.',
    ],
  ],
  [
    'a meaning that differs from LiteLLM’s',
    withModel('router_settings: {allowed_fails: 2}'),
    [
      'layover.yaml, line 6, column 19: `allowed_fails` counts failures of one minute here; LiteLLM counts over `cooldown_time`.',
    ],
  ],
];

test.each(notices)('[K4] %s is told with line and column, and the start goes on', (_name, text, lines) => {
  expect(read(text).notices).toEqual(lines);
});

test('[K4] a file with a thousand unknown keys prints fifty lines', () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `made_up_${index}: 1`).join('\n');
  const lines = read(withModel(features + keys)).notices;
  expect(lines).toHaveLength(50);
  expect(lines.at(-1)).toBe('… and 951 more notices about layover.yaml.');
});

test('[K11] [ST4] the start says who answers in which order, with which limits, and what is not used', () => {
  const text = `model_list:
  - {model_name: a, litellm_params: {model: anthropic/two, api_key: os.environ/NOT_THERE, order: 2}}
  - {model_name: a, litellm_params: {model: openai/one, api_key: os.environ/K1, weight: 9, stream_timeout: 2.5}}
features: {draft: {cache: {ttl_seconds: 0}, device: {store: never}}, default: {}}
tenants: {t: {burst: 3}}
`;
  expect(describeConfiguration(read(text))).toEqual([
    'Configuration: layover.yaml.',
    'Model a:',
    '  1. openai/one: weight 9, first token 2.5 s, then silence 15 s, whole stream 300 s, price unknown',
    '  2. anthropic/two: not configured. `NOT_THERE` is not in the environment.',
    'Of a stream `timeout` bounds the wait for the first token; from then on its silences and `stream_total_timeout` bound it.',
    'Features:',
    '  draft: a, router cache off, not saved on devices',
    '  default (for asks that name none): a, router cache 3600 s per tenant, saved on devices unless personal',
    'Please note:',
    '  layover.yaml, line 5, column 15: `burst` has no effect without `asks_per_second`.',
  ]);
  expect(describeConfiguration(readFiles({}))[0]).toBe(
    'No configuration and no provider key. The demo providers answer: no key is needed, and no model is asked.',
  );
});
