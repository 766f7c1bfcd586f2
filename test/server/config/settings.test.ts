import { expect, test } from 'vitest';
import { read, withModel } from './reading.ts';

test('[K10] a feature has every default, and each can be said', () => {
  const { features, featuresDeclared, defaultFeature } = read(
    withModel(`features:
  trip-plan:
  draft:
    title: Draft
    system: "Write [NAME] – kindly."
    prompt_version: 3
    limits: {output_tokens: 500, input_tokens: 8000, cost_usd: 0.02, ladder: [cheaper_model, refuse], cheaper_model: app/chat}
    cache: {stale_if_down_seconds: 9, ttl_seconds: 60, scope: user, fold_case: true, nfkc: true, ignore_patterns: ["#[0-9]+"]}
    device: {store: never, fresh_seconds: 10, keep_days: 2, queue: false}
    stream: {on_break: restart, delivery: buffered, hedge: false}
    prompt_cache: {ttl: 1h, blocks: [history]}
`),
  );
  expect({ featuresDeclared, defaultFeature }).toEqual({ featuresDeclared: true, defaultFeature: 'default' });
  expect([...features.keys()]).toEqual(['default', 'trip-plan', 'draft']);
  expect(features.get('trip-plan')).toEqual({
    name: 'trip-plan',
    title: 'Trip plan',
    model: 'app/chat',
    system: null,
    promptVersion: 1,
    maxOutputTokens: null,
    promptCache: { ttl: '5m', blocks: ['system', 'tools'] },
    limits: {
      inputTokens: null,
      costNanoUsd: null,
      ladder: ['truncate_context', 'cheaper_model', 'cached_answer', 'refuse'],
      cheaperModel: null,
    },
    cache: { ttlSeconds: 3600, scope: 'tenant' },
    staleIfDownSeconds: 0,
    normalization: { nfkc: false, fold_case: false, ignore_patterns: [] },
    pin: null,
    device: { store: 'store_unless_pii', fresh_seconds: 86_400, keep_days: 30, queue: true },
    stream: { onBreak: null, delivery: 'live', hedge: true },
  });
  expect(features.get('draft')).toEqual({
    name: 'draft',
    title: 'Draft',
    model: 'app/chat',
    system: 'Write [NAME] – kindly.',
    promptVersion: 3,
    maxOutputTokens: 500,
    promptCache: { ttl: '1h', blocks: ['history'] },
    limits: {
      inputTokens: 8000,
      costNanoUsd: 20_000_000,
      ladder: ['cheaper_model', 'refuse'],
      cheaperModel: 'app/chat',
    },
    cache: { ttlSeconds: 60, scope: 'user' },
    staleIfDownSeconds: 9,
    normalization: { nfkc: true, fold_case: true, ignore_patterns: ['#[0-9]+'] },
    pin: null,
    device: { store: 'never', fresh_seconds: 10, keep_days: 2, queue: false },
    stream: { onBreak: 'restart', delivery: 'buffered', hedge: false },
  });
});

test('[K10] every other section has its defaults, and each can be said', () => {
  const plain = read(withModel(''));
  expect(plain.slo).toEqual({
    successPercent: 99.5,
    firstTokenP95Seconds: 2.5,
    costAverageUsd: 0.015,
    windowDays: 30,
    expectedAsksPerMonth: 10_000,
  });
  expect(plain.travel).toEqual({ firstTokenSavedMs: 3000, firstTokenNoneMs: 30_000, simulator: false });
  expect(plain.retention).toEqual({ asksDays: 30, attemptsDays: 30, journalDays: 7 });
  expect(plain.general).toEqual({ masterKey: null, hosts: [], corsOrigins: [], bodyBytes: 1_000_000, encrypt: false });
  const said = read(
    withModel(`slo: {success_percent: 99, first_token_p95_seconds: 2, cost_average_usd: 0.01, window_days: 7, expected_asks_per_month: 5}
travel: {first_token_limit_seconds: {saved: 1.5, none: 20}, simulator: true}
retention: {asks_days: 1, attempts_days: 2, journal_days: 3}
cache: {encrypt: true}
general_settings: {hosts: [AI.example.com], cors_origins: ["https://app.example.com"], body_bytes: 2000, disconnect_grace_seconds: 5}
router_settings: {allowed_fails: 0, cooldown_time: 0.5}`),
  );
  expect(said.slo).toEqual({
    successPercent: 99,
    firstTokenP95Seconds: 2,
    costAverageUsd: 0.01,
    windowDays: 7,
    expectedAsksPerMonth: 5,
  });
  expect(said.travel).toEqual({ firstTokenSavedMs: 1500, firstTokenNoneMs: 20_000, simulator: true });
  expect(said.retention).toEqual({ asksDays: 1, attemptsDays: 2, journalDays: 3 });
  expect(said.general).toEqual({
    masterKey: null,
    hosts: ['ai.example.com'],
    corsOrigins: ['https://app.example.com'],
    bodyBytes: 2000,
    encrypt: true,
  });
  expect(said.routing).toMatchObject({ allowedFails: 0, cooldownMs: 500, graceMs: 5_000 });
});

test('[K10] anchors and merges of YAML work', () => {
  const text = `x: &shared {api_key: os.environ/K1, order: 2}
model_list:
  - {model_name: a, litellm_params: {<<: *shared, model: openai/x}}
  - {model_name: a, litellm_params: {<<: [*shared, {weight: 4}], model: openai/y, order: 1}}
`;
  expect(read(text).deployments.map(({ order, weight, apiKey }) => [order, weight, apiKey])).toEqual([
    [2, 1, 'key-1'],
    [1, 4, 'key-1'],
  ]);
});

test('[K10] a tenant has no limit but those it is given; without a burst one second’s asks may come at once', () => {
  const { tenants } = read(
    withModel(`features: {default: {}}
tenants:
  plain:
  slow: {asks_per_second: 0.1}
  busy: {asks_per_second: 2.5, burst: 10, user_asks_per_second: 1.5}
  thrifty: {monthly_cost_usd: 100, user_monthly_cost_usd: 0.1}
`),
  );
  const none = { monthlyCostNanoUsd: null, userMonthlyCostNanoUsd: null };
  expect([...tenants]).toEqual([
    ['plain', { ...none, rate: null, userRate: null }],
    ['slow', { ...none, rate: { perSecond: 0.1, burst: 1 }, userRate: null }],
    ['busy', { ...none, rate: { perSecond: 2.5, burst: 10 }, userRate: { perSecond: 1.5, burst: 2 } }],
    [
      'thrifty',
      { rate: null, userRate: null, monthlyCostNanoUsd: 100_000_000_000, userMonthlyCostNanoUsd: 100_000_000 },
    ],
  ]);
});
