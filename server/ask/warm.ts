import { mintAskId } from '#shared/ask-id.ts';
import type { ChatMessage } from '#shared/chat.ts';
import type { Deployment, Feature } from '../config/configuration.ts';
import { warmingParameters } from '../providers/prompt-cache.ts';
import { cacheSavingsNanoUsd } from '../pricing/savings.ts';
import { attempt, type AttemptRecord } from '../routing/attempt.ts';
import type { AskRow } from '../store/ledger.ts';
import { attemptRows } from './account.ts';
import type { AskParts } from './heart.ts';
import { promptCacheOf } from './prompt-cache-key.ts';

/** Longest wait for one call, ms. */
const WARM_MS = 30_000;

/** Under whose name it is booked. */
const USER = 'warm';

/** What came of warming one deployment for one feature. */
export interface Warmed {
  feature: string;
  provider: string;
  model: string;
  /** `ok`, or how it failed. */
  status: string;
  written_tokens: number;
  /** Were there already. */
  cached_tokens: number;
  cost_nano_usd: number | null;
}

/** Puts the stable beginning of features into their providers' prompt caches. */
export interface Warm {
  /** Calls every deployment that may answer these features, one after the other; each call is booked as synthetic. */
  warm(
    wish: { tenant: string; feature: string | null },
    signal: AbortSignal,
  ): Promise<{ warmed: Warmed[]; left: Left[] }>;
}

/** A feature that was left out, and why. */
export interface Left {
  feature: string;
  why: string;
}

type Parts = Pick<AskParts, 'configuration' | 'providers' | 'ledger' | 'clock' | 'random' | 'log'>;

export function createWarm(parts: Parts): Warm {
  return {
    async warm({ tenant, feature: name }, signal) {
      const { features, deployments } = parts.configuration;
      const warmed: Warmed[] = [];
      const left: Left[] = [];
      for (const feature of features.values()) {
        if (name !== null && feature.name !== name) continue;
        const why = whyNot(feature);
        if (why !== null) left.push({ feature: feature.name, why });
        else
          for (const deployment of deployments)
            if (deployment.alias === feature.model && deployment.state.kind === 'ready')
              warmed.push(await warmOne({ feature, deployment, tenant }, parts, signal));
      }
      return { warmed, left };
    },
  };
}

function whyNot({ system, promptCache }: Feature): string | null {
  if (promptCache === undefined || promptCache === null) return 'its `prompt_cache.ttl` is `off`.';
  return system === null ? 'it has no `system` text: nothing of its asks is known beforehand.' : null;
}

async function warmOne(
  { feature, deployment, tenant }: { feature: Feature; deployment: Deployment; tenant: string },
  parts: Parts,
  signal: AbortSignal,
): Promise<Warmed> {
  const { clock, providers: openProvider, ledger } = parts;
  // A long beginning is read for longer than somebody would wait for an answer.
  const patient = { ...deployment, firstTokenTimeoutMs: WARM_MS, timeoutMs: WARM_MS };
  const owner = { tenant, user: USER };
  const messages: ChatMessage[] = [
    { role: 'system', content: feature.system ?? '' },
    { role: 'user', content: '.' },
  ];
  const { record } = await attempt(
    {
      ...{
        deployment: patient,
        messages,
        openProvider,
        clock,
        fault: null,
        role: 'probe',
        ordinal: 1,
        leftMs: WARM_MS,
        totalLeftMs: WARM_MS,
      },
      parameters: warmingParameters(deployment.wire),
      promptCache: promptCacheOf({ feature, owner }),
    },
    () => undefined,
    signal,
  );
  const id = mintAskId(clock, parts.random);
  await ledger.record([rowOf(id, { feature, record, owner })], attemptRows({ id, run: 1 }, [record]));
  const { usage } = record;
  return {
    feature: feature.name,
    provider: deployment.name,
    model: deployment.model,
    status: record.status,
    written_tokens: usage.cacheWriteTokens,
    cached_tokens: usage.cachedInputTokens,
    cost_nano_usd: record.costNanoUsd,
  };
}

function rowOf(
  id: string,
  { feature, record, owner }: { feature: Feature; record: AttemptRecord; owner: { tenant: string; user: string } },
): AskRow {
  const isOk = record.status === 'ok';
  return {
    request_id: id,
    run: 1,
    tenant_id: owner.tenant,
    user_id: owner.user,
    feature: feature.name,
    provider: record.deployment.name,
    model: record.deployment.model,
    region: null,
    input_tokens: record.usage.inputTokens,
    output_tokens: record.usage.outputTokens,
    tokens_estimated: record.usage.estimated,
    latency_ms: record.totalMs,
    ttft_ms: record.firstTokenMs,
    retries: 0,
    failover_hops: 0,
    cost_nano_usd: record.costNanoUsd,
    cache_savings_nano_usd: cacheSavingsNanoUsd(record.usage, record.deployment.prices),
    degraded: '',
    cache_hit: false,
    cache_ttl_s: null,
    delivery: 'provider',
    synthetic: true,
    drill_id: null,
    outcome: isOk ? 'answered' : 'failed',
    problem: isOk ? null : 'providers_down',
    arrived_at_ms: record.startedAtMs,
  };
}
