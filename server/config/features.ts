import { checkPatterns, plainNormalization } from '#shared/prompt.ts';
import type { DevicePolicy } from '#shared/travel-policy.ts';
import type { Deployment, Feature, FeatureLimits } from './configuration.ts';
import { pathName, type Findings } from './findings.ts';
import { pinnedAmong } from './pinned.ts';
import type { FeatureEntry, FileSettings } from './schema.ts';

/** What an ask without a feature gets. */
export const DEFAULT_FEATURE = 'default';
/** Most features: the travel policy has room for 200. */
const MAX_FEATURES = 200;
/** Seconds a whole answer is given again when nothing says otherwise. */
export const DEFAULT_TTL_SECONDS = 3600;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/;

export const DEVICE_DEFAULTS: DevicePolicy = {
  store: 'store_unless_pii',
  fresh_seconds: 86_400,
  keep_days: 30,
  queue: true,
};

interface Sources {
  settings: FileSettings;
  deployments: readonly Deployment[];
  findings: Findings;
}

/** The features of the file; `default` is added when the file does not declare it. */
export function readFeatures(sources: Sources): Map<string, Feature> {
  const declared = Object.entries(sources.settings.features ?? {});
  if (declared.length >= MAX_FEATURES) {
    sources.findings.mistake(
      ['features'],
      `\`features\` has too many entries; at most ${MAX_FEATURES - 1} are allowed.`,
    );
  }
  const features = new Map<string, Feature>();
  const fallback = firstUsableAlias(sources.deployments);
  if (!declared.some(([name]) => name === DEFAULT_FEATURE)) {
    features.set(DEFAULT_FEATURE, {
      ...featureFrom(DEFAULT_FEATURE, {}, fallback),
      cache: litellmCache(sources.settings),
    });
  }
  for (const [name, entry] of declared) {
    if (!NAME.test(name)) {
      sources.findings.mistake(
        ['features', name],
        `\`${pathName(['features', name])}\` is no name for a feature; it must be 1 to 100 letters, digits and \`.\`, \`_\`, \`/\`, \`-\`, the first a letter or digit.`,
        'key',
      );
    }
    checkFeature(name, entry ?? {}, sources);
    features.set(name, resolved(featureFrom(name, entry ?? {}, fallback), sources.settings));
  }
  for (const feature of features.values()) {
    checkReachable(feature, sources);
    checkPin(feature, sources);
  }
  return features;
}

/** By the `model_name` that another name of it stands for. */
function resolved(feature: Feature, settings: FileSettings): Feature {
  const to = settings.router_settings?.model_group_alias?.[feature.model] ?? feature.model;
  return { ...feature, model: typeof to === 'string' ? to : to.model };
}

/** A feature with everything that its entry leaves out. */
export function featureFrom(name: string, entry: FeatureEntry, alias: string): Feature {
  const { cache, device } = entry;
  return {
    name,
    title: entry.title ?? titleOf(name),
    model: entry.model ?? alias,
    system: entry.system ?? null,
    promptVersion: entry.prompt_version ?? 1,
    maxOutputTokens: entry.limits?.output_tokens ?? null,
    limits: limitsFrom(entry),
    promptCache: promptCacheFrom(entry),
    cache: {
      ttlSeconds: cache?.ttl_seconds ?? DEFAULT_TTL_SECONDS,
      scope: cache?.scope ?? 'tenant',
    },
    staleIfDownSeconds: cache?.stale_if_down_seconds ?? 0,
    normalization: {
      nfkc: cache?.nfkc ?? plainNormalization.nfkc,
      fold_case: cache?.fold_case ?? plainNormalization.fold_case,
      ignore_patterns: cache?.ignore_patterns ?? plainNormalization.ignore_patterns,
    },
    pin: entry.pin ?? null,
    device: {
      store: device?.store ?? DEVICE_DEFAULTS.store,
      fresh_seconds: device?.fresh_seconds ?? DEVICE_DEFAULTS.fresh_seconds,
      keep_days: device?.keep_days ?? DEVICE_DEFAULTS.keep_days,
      queue: device?.queue ?? DEVICE_DEFAULTS.queue,
    },
    stream: {
      onBreak: entry.stream?.on_break ?? null,
      delivery: entry.stream?.delivery ?? 'live',
      hedge: entry.stream?.hedge ?? true,
    },
  };
}

/** What is the same from ask to ask is kept for five minutes unless the feature says otherwise. */
function promptCacheFrom({ prompt_cache: entry }: FeatureEntry): NonNullable<Feature['promptCache']> | null {
  const ttl = entry?.ttl ?? '5m';
  return ttl === 'off' ? null : { ttl, blocks: entry?.blocks ?? ['system', 'tools'] };
}

/** Each step is told to whoever asked, so all of them are taken unless the feature says which. */
const DEFAULT_LADDER: FeatureLimits['ladder'] = ['truncate_context', 'cheaper_model', 'cached_answer', 'refuse'];

function limitsFrom({ limits }: FeatureEntry): FeatureLimits {
  const costUsd = limits?.cost_usd ?? null;
  return {
    inputTokens: limits?.input_tokens ?? null,
    costNanoUsd: costUsd === null ? null : Math.round(costUsd * 1e9),
    ladder: limits?.ladder ?? DEFAULT_LADDER,
    cheaperModel: limits?.cheaper_model ?? null,
  };
}

/** `travel-notes` as people read it: `Travel notes`. */
function titleOf(name: string): string {
  const words = name.replaceAll(/[-_./]+/g, ' ').trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1, 60);
}

/** LiteLLM's one cache: off unless it is switched on for all chat calls. */
function litellmCache(settings: FileSettings): Feature['cache'] {
  const params = settings.litellm_settings?.cache_params;
  const ttl = params?.ttl ?? params?.default_in_redis_ttl ?? params?.default_in_memory_ttl;
  const calls = params?.supported_call_types;
  const chat = calls === null || calls === undefined || calls.includes('acompletion') || calls.includes('completion');
  const on = settings.litellm_settings?.cache === true && params?.mode !== 'default_off' && chat;
  return { ttlSeconds: on ? Math.round(ttl ?? DEFAULT_TTL_SECONDS) : 0, scope: 'tenant' };
}

function firstUsableAlias(deployments: readonly Deployment[]): string {
  return (deployments.find((one) => one.state.kind === 'ready') ?? deployments[0])?.alias ?? '';
}

function checkFeature(name: string, entry: FeatureEntry, { settings, deployments, findings }: Sources): void {
  const others = Object.keys(settings.router_settings?.model_group_alias ?? {});
  const aliases = [...new Set([...deployments.map((one) => one.alias), ...others])];
  for (const [key, path] of [
    [entry.model, ['features', name, 'model']],
    [entry.limits?.cheaper_model, ['features', name, 'limits', 'cheaper_model']],
  ] as const) {
    if (key !== null && key !== undefined && !aliases.includes(key)) {
      findings.wrongValue(path, `a \`model_name\` of \`model_list\`: ${aliases.slice(0, 20).join(', ')}`);
    }
  }
  (entry.cache?.ignore_patterns ?? []).forEach((pattern, index) => {
    try {
      checkPatterns([pattern]);
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
      findings.wrongValue(['features', name, 'cache', 'ignore_patterns', index], 'a regular expression (Unicode mode)');
    }
  });
}

/** A pin must mean a deployment of the feature's own model. */
function checkPin({ name, model, pin }: Feature, { deployments, findings }: Sources): void {
  const served = deployments.filter((one) => one.alias === model);
  if (pin === null || served.length === 0 || pinnedAmong(served, pin).length > 0) return;
  const ids = served.map(({ id }) => id).slice(0, 20);
  findings.wrongValue(
    ['features', name, 'pin'],
    `\`primary\`, \`secondary\`, or a deployment of \`${model}\`: ${ids.join(', ')}`,
  );
}

/** An alias that a feature asks for needs a deployment that can be called. */
function checkReachable(feature: Feature, { deployments, findings }: Sources): void {
  const own = deployments.filter((one) => one.alias === feature.model);
  if (own.length === 0 || own.some((one) => one.state.kind === 'ready')) return;
  const why = own
    .map((one) => (one.state.kind === 'unconfigured' ? `\`${one.name}\`: ${one.state.why}` : ''))
    .join(' ');
  findings.mistake(
    ['model_list'],
    `nothing can answer \`${feature.model}\`, which the feature \`${feature.name}\` asks for. ${why}`,
    'key',
  );
}
