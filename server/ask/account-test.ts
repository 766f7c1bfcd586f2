import { mintAskId } from '#shared/ask-id.ts';
import type { AttemptRecord } from '../routing/attempt.ts';
import { createCanary, type Canary } from '../routing/canary.ts';
import type { AskRow } from '../store/ledger.ts';
import { attemptRows } from './account.ts';
import type { AskParts, Heart } from './heart.ts';

/** The feature and the user under which the router's own tests of deployments are booked. */
export const CANARY = 'canary';

/** Books the test of a deployment as a synthetic ask of its own: its cost is true, and no figure counts it. */
export async function accountTest(
  record: AttemptRecord,
  { ledger, log, clock, random }: Pick<Heart, 'ledger' | 'log' | 'clock' | 'random'>,
): Promise<void> {
  const { deployment, usage } = record;
  const answered = record.status === 'ok';
  const row: AskRow = {
    ...{
      tenant_id: 'default',
      user_id: CANARY,
      feature: CANARY,
      region: null,
      synthetic: true,
      drill_id: null,
      degraded: '',
    },
    request_id: mintAskId(clock, random),
    run: 1,
    provider: deployment.name,
    model: deployment.model,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    tokens_estimated: usage.estimated,
    latency_ms: record.totalMs,
    ttft_ms: record.firstTokenMs,
    retries: 0,
    failover_hops: 0,
    cost_nano_usd: record.costNanoUsd,
    cache_hit: false,
    cache_ttl_s: null,
    delivery: 'provider',
    outcome: answered ? 'answered' : record.status === 'cancelled' ? 'cancelled' : 'failed',
    problem: answered || record.status === 'cancelled' ? null : 'providers_down',
    arrived_at_ms: record.startedAtMs,
  };
  try {
    await ledger.record([row], attemptRows({ id: row.request_id, run: 1 }, [record]));
  } catch (cause) {
    log.error({ deployment: deployment.id, err: cause }, 'The ledger did not take a test of a deployment.');
  }
}

/** Tests of deployments from now on, each booked. */
export function startCanary(parts: AskParts): Canary {
  const { deployments, faults, providers, clock, log } = parts;
  return createCanary({
    ...{ deployments, faults, openProvider: providers, clock, log },
    costNanoUsdPerHour: () => parts.configuration.canary.costNanoUsdPerHour,
    book: (record) => void accountTest(record, parts),
  });
}
