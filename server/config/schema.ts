import * as z from 'zod';
import { failsPolicySchema, retryPolicySchema } from './failure-policies.ts';
import { matching, number, oneOf, positive, pricePerToken, secondsAsMs, text, whole, yesNo } from './values.ts';

/**
 * Every key that Layover understands, with what it may hold. A key without a value (`key:`) counts as left out. What each means,
 * its unit and its default stand in docs/config.md, which a test holds equal to this file.
 */

const name = () => text(200);
const secret = () => text(10_000);
const dollars = () => positive(' of dollars', 1_000_000_000);
/** In nano-dollars it has to be a whole number without rounding. */
const cappedDollars = () => positive(' of dollars', 9_000_000);
const tokens = () => whole(' of tokens', 1, 100_000_000);
const days = (most: number) => whole(' of days', 1, most);

const priceShape = {
  input_cost_per_token: pricePerToken().nullish(),
  output_cost_per_token: pricePerToken().nullish(),
  cache_read_input_token_cost: pricePerToken().nullish(),
  cache_creation_input_token_cost: pricePerToken().nullish(),
  cache_creation_input_token_cost_above_1hr: pricePerToken().nullish(),
  output_cost_per_reasoning_token: pricePerToken().nullish(),
};

const timerShape = {
  timeout: secondsAsMs().nullish(),
  stream_timeout: secondsAsMs().nullish(),
  ttft_timeout: secondsAsMs().nullish(),
  stream_idle_timeout: secondsAsMs().nullish(),
  stream_total_timeout: secondsAsMs().nullish(),
};

const samplingShape = {
  temperature: number('', 0, 2).nullish(),
  top_p: number('', 0, 1).nullish(),
  max_tokens: tokens().nullish(),
  max_completion_tokens: tokens().nullish(),
  presence_penalty: number('', -2, 2).nullish(),
  frequency_penalty: number('', -2, 2).nullish(),
  seed: whole('', -9_007_199_254_740_991, 9_007_199_254_740_991).nullish(),
  stop: z.union([z.array(text(200)).max(16), text(200)]).nullish(),
  reasoning_effort: name().nullish(),
};

/** An alias, or as LiteLLM also writes it, an entry with parameters of its own, of which only the alias is followed. */
const fallbackTarget = z.union([name(), z.looseObject({ model: name() })]);
const fallbackLists = z.array(z.record(z.string(), z.array(fallbackTarget).max(100))).max(1000);
export type FallbackList = z.infer<typeof fallbackLists> | null | undefined;

const fallbackShape = {
  num_retries: whole('', 0, 100).nullish(),
  allowed_fails: whole('', 0, 1_000_000).nullish(),
  fallbacks: fallbackLists.nullish(),
  default_fallbacks: z.array(fallbackTarget).max(100).nullish(),
  context_window_fallbacks: fallbackLists.nullish(),
  content_policy_fallbacks: fallbackLists.nullish(),
};

const perMinuteShape = {
  rpm: whole('', 1, 1_000_000_000).nullish(),
  tpm: whole('', 1, 1_000_000_000_000).nullish(),
};

const order = () => whole('', -1_000_000, 1_000_000);

const deploymentSchema = z.strictObject({
  model_name: name(),
  ...perMinuteShape,
  litellm_params: z.strictObject({
    model: name().nullish(),
    custom_llm_provider: name().nullish(),
    api_key: secret().nullish(),
    api_base: text(2000).nullish(),
    base_url: text(2000).nullish(),
    order: order().nullish(),
    weight: number('', 0, 1_000_000_000).nullish(),
    ...perMinuteShape,
    cooldown_time: number(' of seconds', 0, 86_400).nullish(),
    ...timerShape,
    ...samplingShape,
    organization: name().nullish(),
    extra_headers: z.record(z.string(), text(4000)).nullish(),
    headers: z.record(z.string(), text(4000)).nullish(),
    drop_params: yesNo().nullish(),
    additional_drop_params: z.array(name()).max(50).nullish(),
    ...priceShape,
  }),
  model_info: z
    .strictObject({
      id: name().nullish(),
      order: order().nullish(),
      max_input_tokens: tokens().nullish(),
      allowed_fails: whole('', 0, 1_000_000).nullish(),
      allowed_fails_policy: failsPolicySchema.nullish(),
      cooldown_time: number(' of seconds', 0, 86_400).nullish(),
      supports_assistant_prefill: yesNo().nullish(),
      ...priceShape,
    })
    .nullish(),
});
export type DeploymentEntry = z.infer<typeof deploymentSchema>;

const routerSchema = z.strictObject({
  routing_strategy: oneOf(
    'simple-shuffle',
    'least-busy',
    'usage-based-routing',
    'usage-based-routing-v2',
    'latency-based-routing',
    'cost-based-routing',
  ).nullish(),
  routing_strategy_args: z
    .strictObject({
      ttl: positive(' of seconds', 31_536_000).nullish(),
      lowest_latency_buffer: number('', 0, 1000).nullish(),
    })
    .nullish(),
  enable_weighted_failover: yesNo().nullish(),
  ...fallbackShape,
  max_fallbacks: whole('', 0, 100).nullish(),
  retry_after: number(' of seconds', 0, 600).nullish(),
  retry_policy: retryPolicySchema.nullish(),
  allowed_fails_policy: failsPolicySchema.nullish(),
  disable_cooldowns: yesNo().nullish(),
  enable_pre_call_checks: yesNo().nullish(),
  model_group_alias: z
    .record(z.string(), z.union([name(), z.strictObject({ model: name(), hidden: yesNo().nullish() })]))
    .nullish(),
  cooldown_time: number(' of seconds', 0, 86_400).nullish(),
  ...timerShape,
});

const litellmSchema = z.strictObject({
  cache: yesNo().nullish(),
  cache_params: z
    .strictObject({
      ttl: number(' of seconds', 0, 31_536_000).nullish(),
      default_in_memory_ttl: number(' of seconds', 0, 31_536_000).nullish(),
      default_in_redis_ttl: number(' of seconds', 0, 31_536_000).nullish(),
      type: name().nullish(),
      mode: oneOf('default_on', 'default_off').nullish(),
      supported_call_types: z.array(name()).nullish(),
    })
    .nullish(),
  request_timeout: secondsAsMs().nullish(),
  ...fallbackShape,
  drop_params: yesNo().nullish(),
  master_key: secret().nullish(),
});

const generalSchema = z.strictObject({
  master_key: secret().nullish(),
  hosts: z
    .array(
      matching(
        /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?$/i,
        'a host name without scheme, such as `ai.example.com`',
      ),
    )
    .max(100)
    .nullish(),
  cors_origins: z
    .array(matching(/^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/i, 'an origin, such as `https://app.example.com`'))
    .max(100)
    .nullish(),
  body_bytes: whole(' of bytes', 1000, 100_000_000).nullish(),
  disconnect_grace_seconds: number(' of seconds', 0, 86_400).nullish(),
});

const sloSchema = z.strictObject({
  success_percent: number('', 1, 100).nullish(),
  first_token_p95_seconds: positive(' of seconds', 600).nullish(),
  cost_average_usd: dollars().nullish(),
  window_days: days(366).nullish(),
  expected_asks_per_month: whole('', 1, 1_000_000_000_000).nullish(),
});

const featureSchema = z.strictObject({
  title: text(60).nullish(),
  model: name().nullish(),
  system: text(100_000).nullish(),
  prompt_version: whole('', 1, 1_000_000_000).nullish(),
  limits: z
    .strictObject({
      output_tokens: tokens().nullish(),
      input_tokens: tokens().nullish(),
      cost_usd: cappedDollars().nullish(),
      ladder: z
        .array(oneOf('truncate_context', 'cheaper_model', 'cached_answer', 'refuse'))
        .max(4)
        .nullish(),
      cheaper_model: name().nullish(),
    })
    .nullish(),
  cache: z
    .strictObject({
      ttl_seconds: whole(' of seconds', 0, 31_536_000).nullish(),
      scope: oneOf('tenant', 'user').nullish(),
      fold_case: yesNo().nullish(),
      nfkc: yesNo().nullish(),
      ignore_patterns: z.array(text(200)).max(20).nullish(),
      stale_if_down_seconds: whole(' of seconds', 0, 31_536_000).nullish(),
    })
    .nullish(),
  device: z
    .strictObject({
      store: oneOf('store', 'store_unless_pii', 'never').nullish(),
      fresh_seconds: whole(' of seconds', 0, 31_536_000).nullish(),
      keep_days: days(366).nullish(),
      queue: yesNo().nullish(),
    })
    .nullish(),
  stream: z
    .strictObject({
      on_break: oneOf('continue', 'restart', 'error').nullish(),
      delivery: oneOf('live', 'buffered').nullish(),
      hedge: yesNo().nullish(),
    })
    .nullish(),
  prompt_cache: z
    .strictObject({
      ttl: oneOf('5m', '1h', 'off').nullish(),
      blocks: z
        .array(oneOf('system', 'tools', 'history'))
        .max(3)
        .nullish(),
    })
    .nullish(),
  pin: name().nullish(),
});
export type FeatureEntry = z.infer<typeof featureSchema>;

const tenantSchema = z.strictObject({
  monthly_cost_usd: cappedDollars().nullish(),
  user_monthly_cost_usd: cappedDollars().nullish(),
  asks_per_second: positive('', 1_000_000).nullish(),
  burst: whole('', 1, 1_000_000).nullish(),
  user_asks_per_second: positive('', 1_000_000).nullish(),
  user_burst: whole('', 1, 1_000_000).nullish(),
});
export type TenantEntry = z.infer<typeof tenantSchema>;

/** The whole file. */
export const fileSchema = z.strictObject({
  model_list: z.array(deploymentSchema).max(1000),
  router_settings: routerSchema.nullish(),
  litellm_settings: litellmSchema.nullish(),
  general_settings: generalSchema.nullish(),
  environment_variables: z.record(z.string(), text(10_000)).nullish(),
  slo: sloSchema.nullish(),
  canary: z.strictObject({ cost_usd_per_hour: number(' of dollars', 0, 1000).nullish() }).nullish(),
  features: z.record(z.string(), featureSchema.nullish()).nullish(),
  unknown_price: oneOf('allow', 'refuse').nullish(),
  cache: z.strictObject({ encrypt: yesNo().nullish() }).nullish(),
  tenants: z.record(z.string(), tenantSchema.nullish()).nullish(),
  alerts: z.strictObject({ slack_url: secret().nullish(), heartbeat_url: secret().nullish() }).nullish(),
  travel: z
    .strictObject({
      first_token_limit_seconds: z
        .strictObject({ saved: secondsAsMs(600).nullish(), none: secondsAsMs(600).nullish() })
        .nullish(),
      simulator: yesNo().nullish(),
    })
    .nullish(),
  retention: z
    .strictObject({
      asks_days: days(3660).nullish(),
      attempts_days: days(3660).nullish(),
      rollups_months: whole(' of months', 1, 120).nullish(),
      journal_days: days(3660).nullish(),
    })
    .nullish(),
});
export type FileSettings = z.infer<typeof fileSchema>;
