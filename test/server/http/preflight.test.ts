import { expect, test } from 'vitest';
import { preflightReportSchema } from '#shared/preflight-wire.ts';
import type { AttemptRow, AskRow, Ledger } from '../../../server/store/ledger.ts';
import { openSurface } from './surface.ts';

const HOUR_MS = 3_600_000;

test('[TR20] whoever is signed in learns the router’s clock, whether it is ready, and how each deployment was lately; nobody else does', async () => {
  const { clock } = openSurface();
  const surface = openSurface({
    parts: {
      ledger: ledgerOf([
        call('openai/north-large', { started_at_ms: clock.now() - 3 * HOUR_MS, ttft_ms: 300, total_ms: 1_000.4 }),
        call('openai/north-large', { started_at_ms: clock.now() - 2 * HOUR_MS, ttft_ms: 900 }),
        call('openai/north-large', { started_at_ms: clock.now() - HOUR_MS, ttft_ms: 500, total_ms: 1_000 }),
        call('openai/north-large', { started_at_ms: clock.now(), status: 'overloaded', ttft_ms: null }),
        call('openai/south-large', { started_at_ms: clock.now() - 25 * HOUR_MS, ttft_ms: 100 }),
      ]),
    },
  });
  const cookie = await surface.signIn();
  const response = await surface.plain('/api/preflight', { headers: { cookie } });
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(preflightReportSchema.parse(await response.json())).toEqual({
    now_ms: surface.clock.now(),
    ready: true,
    reasons: [],
    deployments: [
      {
        name: 'openai/north-large',
        state: 'callable',
        answered_at_ms: clock.now() - HOUR_MS + 1_000,
        first_token_p50_ms: 500,
        calls: 3,
      },
      // A day without a call is not measured, and is not said to be fine.
      { name: 'openai/south-large', state: 'callable', answered_at_ms: null, first_token_p50_ms: null, calls: 0 },
    ],
  });
  expect(surface.asks.calls).toBe(0);
  expect((await surface.plain('/api/preflight')).status).toBe(401);
});

test('[TR20] a ledger that does not answer leaves the deployments unmeasured', async () => {
  const { request } = openSurface({
    parts: { ledger: { ...ledgerOf([]), recent: () => Promise.reject(new Error('The disk is gone.')) } },
  });
  const report = preflightReportSchema.parse(await (await request('/api/preflight')).json());
  expect(report.deployments.map(({ calls, first_token_p50_ms: p50 }) => [calls, p50])).toEqual([
    [0, null],
    [0, null],
  ]);
});

function call(provider: string, changes: Partial<AttemptRow>): AttemptRow {
  return {
    request_id: 'a',
    run: 1,
    attempt: 1,
    provider,
    model: 'large',
    started_at_ms: 0,
    headers_ms: 10,
    ttft_ms: 10,
    total_ms: 20,
    status: 'ok',
    http_status: 200,
    skipped_chunks: 0,
    role: 'first',
    input_tokens: 1,
    output_tokens: 1,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    cache_write_hour_tokens: 0,
    reasoning_tokens: 0,
    tokens_estimated: false,
    cost_nano_usd: null,
    ...changes,
  };
}

/** A ledger whose newest asks made these calls. */
function ledgerOf(attempts: AttemptRow[]): Ledger {
  const ask: AskRow = {
    request_id: 'a',
    run: 1,
    tenant_id: 'default',
    user_id: 'ada',
    feature: 'default',
    provider: null,
    model: null,
    region: null,
    input_tokens: null,
    output_tokens: null,
    tokens_estimated: false,
    latency_ms: null,
    ttft_ms: null,
    retries: 0,
    failover_hops: 0,
    cost_nano_usd: null,
    cache_hit: false,
    cache_ttl_s: null,
    delivery: 'provider',
    synthetic: false,
    drill_id: null,
    degraded: '',
    outcome: 'answered',
    problem: null,
    arrived_at_ms: 0,
  };
  const unasked = (): Promise<never> => Promise.reject(new Error('Not asked for here.'));
  return {
    record: unasked,
    recordDevice: unasked,
    figures: unasked,
    forget: unasked,
    prune: unasked,
    recent: async () => [{ ask, attempts }],
  };
}
