import { argv } from 'node:process';
import type { Answer } from '#shared/answer.ts';
import { openStores, type Stores } from '../../../server/store/open.ts';

/** What the data folders in test/fixtures/data hold. Make one for a new schema: `node test/server/store/filled.ts <folder>`. */
export const owner = { tenant: 'acme', user: 'ada' };

const answer: Answer = {
  id: 'ask-1',
  model: 'model',
  createdSeconds: 1,
  text: 'A seal is a marine mammal.',
  toolCalls: [],
  finishReason: 'stop',
  usage: null,
  provenance: {
    id: 'ask-1',
    source: 'provider',
    provider: 'a',
    model: 'm',
    attempts: 1,
    hops: 0,
    cost_usd: null,
    cost_estimated: false,
    degraded: [],
    age_seconds: 0,
    first_token_ms: null,
    demo: false,
  },
};

export const filledAnswer = {
  key: 'k',
  tenant: 'acme',
  user: 'ada',
  feature: 'default',
  promptVersion: 1,
  answer,
  storedAtMs: 5,
  costNanoUsd: 7,
  expiresAtMs: 1e12,
};

export const filledFigures = {
  router: { answered: 1, costNanoUsd: 7, firstTokenP95Ms: 100 },
  device: { answered: 1, dropped: 2 },
};

async function fill({ journal, cache, ledger, sessions, meta }: Stores): Promise<void> {
  await journal.claim({
    owner,
    askId: 'ask-1',
    key: 'key-1',
    bodyHash: 'body-1',
    discreet: false,
    nowMs: 0,
    keepMs: 1e12,
    tags: { feature: 'default', synthetic: false, arrivedAtMs: 0 },
  });
  await journal.append(
    'ask-1',
    [1, 2].map((seq) => ({ seq, event: { type: 'text-delta', text: `word ${seq} ` } })),
  );
  await journal.end('ask-1', 'answered', 0);
  await cache.put(filledAnswer);
  await ledger.record(
    [
      {
        request_id: 'ask-1',
        run: 1,
        tenant_id: 'acme',
        user_id: 'ada',
        feature: 'default',
        provider: 'a',
        model: 'm',
        region: null,
        input_tokens: 1,
        output_tokens: 2,
        tokens_estimated: false,
        latency_ms: 900,
        ttft_ms: 100,
        retries: 0,
        failover_hops: 0,
        cost_nano_usd: 7,
        cache_hit: false,
        cache_ttl_s: null,
        delivery: 'provider',
        synthetic: false,
        drill_id: null,
        degraded: '',
        outcome: 'answered',
        problem: null,
        arrived_at_ms: 1_000,
      },
    ],
    [
      {
        request_id: 'ask-1',
        run: 1,
        attempt: 1,
        provider: 'a',
        model: 'm',
        started_at_ms: 1_000,
        headers_ms: 1,
        ttft_ms: 90,
        total_ms: 800,
        status: 'ok',
        http_status: 200,
        skipped_chunks: 0,
        role: 'first',
        input_tokens: 1,
        output_tokens: 2,
        cached_input_tokens: 0,
        cache_write_tokens: 0,
        cache_write_hour_tokens: 0,
        reasoning_tokens: 0,
        tokens_estimated: false,
        cost_nano_usd: 7,
      },
    ],
  );
  await ledger.recordDevice({
    ...owner,
    batchId: 'batch',
    dropped: 2,
    skewMs: 0,
    receivedAtMs: 2_000,
    events: [
      {
        event_id: 'event',
        ask_id: 'ask-1',
        kind: 'ask-ended',
        feature: 'default',
        outcome: 'answered',
        source: 'provider',
        network: 'ok',
        asked_at_ms: 1_000,
        first_token_ms: 120,
        total_ms: 950,
        waited_ms: 0,
        tries: 1,
        resumes: 0,
        saved_age_ms: null,
        simulated: false,
      },
    ],
  });
  await sessions.addSession({
    tokenHash: 'session',
    grants: { ...owner, role: 'operator', guest: false },
    expiresAtMs: 1e12,
  });
  await meta.settle('fingerprint');
  await meta.raiseEpoch();
}

const [, script, dataFolder] = argv;
if (script === import.meta.filename && dataFolder !== undefined) {
  const stores = await openStores({ dataFolder, onProblem: console.error });
  await fill(stores);
  await stores.close();
}
