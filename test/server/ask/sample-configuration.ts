import type {
  Configuration,
  Deployment,
  Feature,
  FeatureLimits,
  TenantLimits,
} from '../../../server/config/configuration.ts';
import { readRouting } from '../../../server/config/routing.ts';

/** A deployment of alias `chat` with order 1 and prices. */
export function deploymentOf(id: string, { apiBase, apiKey }: { apiBase: string; apiKey: string }): Deployment {
  return {
    id,
    alias: 'chat',
    name: `${id}/model`,
    wire: 'openai',
    model: `${id}-model`,
    apiBase,
    apiKey,
    order: 1,
    weight: 1,
    timeoutMs: 30_000,
    firstTokenTimeoutMs: 2_000,
    // Longer than any test stands still on its fake clock.
    idleTimeoutMs: 3_600_000,
    streamTotalMs: 300_000,
    prefill: false,
    // One nano-dollar a token in, two out.
    prices: { inputPicoUsd: 1000, outputPicoUsd: 2000, cachedInputPicoUsd: 1000, cacheWritePicoUsd: 1000 },
    maxInputTokens: null,
    perMinute: { requests: null, tokens: null },
    judged: { allowedFails: null, allowedFailsPolicy: null, cooldownMs: null },
    demo: false,
    state: { kind: 'ready' },
  };
}

/** With the whole ladder, and nothing that makes anybody take it. */
export const noFeatureLimits: FeatureLimits = {
  inputTokens: null,
  costNanoUsd: null,
  ladder: ['truncate_context', 'cheaper_model', 'cached_answer', 'refuse'],
  cheaperModel: null,
};

/** A feature whose answers are remembered for an hour. */
export function featureNamed(name: string, more: Partial<Feature> = {}): Feature {
  return {
    name,
    title: name,
    model: 'chat',
    system: null,
    promptVersion: 1,
    maxOutputTokens: null,
    limits: noFeatureLimits,
    cache: { ttlSeconds: 3600, scope: 'tenant' },
    staleIfDownSeconds: 0,
    normalization: { nfkc: false, fold_case: false, ignore_patterns: [] },
    pin: null,
    device: { store: 'store', fresh_seconds: 86_400, keep_days: 30, queue: true },
    stream: { onBreak: null, delivery: 'live', hedge: true },
    ...more,
  };
}

const noLimits: TenantLimits = { monthlyCostNanoUsd: null, userMonthlyCostNanoUsd: null, rate: null, userRate: null };

/** The defaults of a real configuration, over these deployments. */
export function configurationOf(
  deployments: Deployment[],
  options: {
    feature?: Partial<Feature>;
    features?: Feature[];
    tenants?: Record<string, Partial<TenantLimits>>;
    routing?: Partial<Configuration['routing']>;
  } = {},
): Configuration {
  const features = [featureNamed('default', options.feature), ...(options.features ?? [])];
  return {
    source: null,
    demo: false,
    deployments,
    features: new Map(features.map((feature) => [feature.name, feature])),
    defaultFeature: 'default',
    featuresDeclared: options.features !== undefined,
    unknownPrice: 'allow',
    tenants: new Map(Object.entries(options.tenants ?? {}).map(([name, limits]) => [name, { ...noLimits, ...limits }])),
    routing: { ...sampleRouting(), ...options.routing },
    slo: {
      successPercent: 99.5,
      firstTokenP95Seconds: 2.5,
      costAverageUsd: 0.015,
      windowDays: 30,
      expectedAsksPerMonth: 10_000,
    },
    canary: { costNanoUsdPerHour: 10_000_000 },
    travel: { firstTokenSavedMs: 3_000, firstTokenNoneMs: 30_000, simulator: false },
    retention: { asksDays: 30, attemptsDays: 30, journalDays: 7 },
    general: { masterKey: null, hosts: [], corsOrigins: [], bodyBytes: 1_000_000, encrypt: false },
    notices: [],
  };
}

/** The defaults of a real configuration. */
export function sampleRouting(): Configuration['routing'] {
  return readRouting({ model_list: [] });
}
