import type { Deployment, Routing } from './configuration.ts';
import { TIMER_DEFAULTS } from './deployments.ts';
import type { Findings } from './findings.ts';
import { readFailsPolicy, readRetryPolicy } from './failure-policies.ts';
import type { FallbackList, FileSettings } from './schema.ts';
import type { Path } from './yaml-tree.ts';

/** How long an ask without a key goes on after its client left, s. */
const GRACE_SECONDS = 60;

/** Fails one after the other that open a deployment at any pace: at one ask in four minutes a window of a minute never fills. */
const FAILS_IN_A_ROW = 3;

/** LiteLLM's own default of a sliding window of waits, s. */
const LATENCY_TTL_SECONDS = 3600;

/** What `router_settings` decides, else `litellm_settings`. */
export function readRouting(settings: FileSettings): Routing {
  const router = settings.router_settings ?? {};
  const litellm = settings.litellm_settings ?? {};
  return {
    allowedFails: router.allowed_fails ?? litellm.allowed_fails ?? 3,
    failsInARow: FAILS_IN_A_ROW,
    allowedFailsPolicy: readFailsPolicy(router.allowed_fails_policy),
    cooldownMs: Math.round((router.cooldown_time ?? 30) * 1000),
    cooldowns: router.disable_cooldowns !== true,
    numRetries: router.num_retries ?? litellm.num_retries ?? 2,
    maxFallbacks: router.max_fallbacks ?? 5,
    retryAfterMs: Math.round((router.retry_after ?? 0) * 1000),
    retryPolicy: readRetryPolicy(router.retry_policy),
    fallbacks: {
      any: readFallbacks(
        router.fallbacks ?? litellm.fallbacks,
        router.default_fallbacks ?? litellm.default_fallbacks ?? null,
      ),
      whenTooLong: readFallbacks(router.context_window_fallbacks ?? litellm.context_window_fallbacks),
      whenRefused: readFallbacks(router.content_policy_fallbacks ?? litellm.content_policy_fallbacks),
    },
    modelAliases: new Map(
      Object.entries(router.model_group_alias ?? {}).map(([alias, to]) => [
        alias,
        typeof to === 'string' ? { model: to, hidden: false } : { model: to.model, hidden: to.hidden ?? false },
      ]),
    ),
    preCallChecks: router.enable_pre_call_checks ?? false,
    strategy:
      router.routing_strategy === 'latency-based-routing'
        ? {
            kind: 'latency',
            ttlMs: Math.round((router.routing_strategy_args?.ttl ?? LATENCY_TTL_SECONDS) * 1000),
            buffer: router.routing_strategy_args?.lowest_latency_buffer ?? 0,
          }
        : { kind: 'weights' },
    totalTimeoutMs: router.timeout ?? litellm.request_timeout ?? TIMER_DEFAULTS.timeoutMs,
    graceMs: Math.round((settings.general_settings?.disconnect_grace_seconds ?? GRACE_SECONDS) * 1000),
  };
}

/** `[{group: [group, …]}, …]`; the default is for every alias without an entry. */
function readFallbacks(list: FallbackList, byDefault: FallbackTarget[] | null = null): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const entry of list ?? []) {
    for (const [alias, targets] of Object.entries(entry)) found.set(alias, targets.map(targetName));
  }
  if (byDefault !== null && !found.has('*')) found.set('*', byDefault.map(targetName));
  return found;
}

type FallbackTarget = NonNullable<FallbackList>[number][string][number];

function targetName(target: FallbackTarget): string {
  return typeof target === 'string' ? target : target.model;
}

function modelOf(target: FallbackTarget): Path {
  return typeof target === 'string' ? [] : ['model'];
}

/** Every model that a fallback or another name leads to must be served. */
export function checkTargets(
  settings: FileSettings,
  { deployments, findings }: { deployments: readonly Deployment[]; findings: Findings },
): void {
  const aliases = [...new Set(deployments.map(({ alias }) => alias))];
  const others = Object.keys(settings.router_settings?.model_group_alias ?? {});
  // What a `*` would serve nobody knows: then every name may be meant.
  if (settings.model_list.some(({ model_name: name }) => name.includes('*'))) return;
  const check = (name: string, path: Path): void => {
    if (aliases.includes(name) || others.includes(name)) return;
    findings.wrongValue(path, `a \`model_name\` of \`model_list\`: ${aliases.slice(0, 20).join(', ')}`);
  };
  for (const [alias, to] of Object.entries(settings.router_settings?.model_group_alias ?? {})) {
    const path = ['router_settings', 'model_group_alias', alias];
    const target = targetName(to);
    if (!aliases.includes(target)) check(others.includes(target) ? '' : target, [...path, ...modelOf(to)]);
  }
  for (const section of ['router_settings', 'litellm_settings'] as const) {
    for (const key of ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'] as const) {
      (settings[section]?.[key] ?? []).forEach((entry, index) => {
        for (const [alias, targets] of Object.entries(entry))
          targets.forEach((target, at) =>
            check(targetName(target), [section, key, index, alias, at, ...modelOf(target)]),
          );
      });
    }
    (settings[section]?.default_fallbacks ?? []).forEach((target, at) =>
      check(targetName(target), [section, 'default_fallbacks', at]),
    );
  }
}
