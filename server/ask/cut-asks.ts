import { costNanoUsd } from '#shared/money.ts';
import type { AttemptRecord } from '../routing/attempt.ts';
import { NO_USAGE, tokensIn } from '../routing/estimate.ts';
import type { Calling } from '../routing/route.ts';
import type { CutAsk, NotedCall } from '../store/journal.ts';
import type { AskRow, AttemptRow } from '../store/ledger.ts';

/** A call as it is noted in the journal: as it ended, or with what was sent. */
export function notedCall(call: Calling, ended: readonly AttemptRecord[]): NotedCall {
  const { deployment, role, startedAtMs, inputTokens } = call;
  const record = ended.find(({ ordinal }) => ordinal === call.ordinal);
  const { name: provider, model, prices } = deployment;
  const noted = { provider, model, role, startedAtMs };
  if (record === undefined)
    return { ...noted, ended: null, inputTokens, outputTokens: 0, estimated: true, costNanoUsd: null, prices };
  const { status, totalMs, usage } = record;
  return {
    ...noted,
    ended: { status, totalMs },
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    estimated: usage.estimated,
    costNanoUsd: record.costNanoUsd,
    prices: null,
  };
}

/**
 * The rows of an ask that ended with its process. A call that was under way is booked by estimate, as nobody will ever tell:
 * what was sent, and of the last one what is kept of the answer. Where no call was noted the cost is unknown.
 */
export function rowsOfCut(cut: CutAsk): { ask: AskRow; attempts: AttemptRow[] } {
  const { owner, askId, run, tags, begun, calls } = cut;
  const attempts = calls.map((call, at) => attemptOf(cut, call, at));
  const last = begun ? attempts.at(-1) : undefined;
  const isKnown = attempts.length > 0;
  const sum = (of: (row: AttemptRow) => number | null): number =>
    attempts.reduce((all, row) => all + (of(row) ?? 0), 0);
  return {
    attempts,
    ask: {
      tenant_id: owner.tenant,
      user_id: owner.user,
      feature: tags.feature,
      synthetic: tags.synthetic,
      arrived_at_ms: tags.arrivedAtMs,
      region: null,
      drill_id: null,
      degraded: '',
      request_id: askId,
      run,
      provider: last?.provider ?? null,
      model: last?.model ?? null,
      input_tokens: isKnown ? sum((row) => row.input_tokens) : null,
      output_tokens: isKnown ? sum((row) => row.output_tokens) : null,
      tokens_estimated: isKnown,
      retries: attempts.filter(({ role }) => role === 'retry').length,
      failover_hops: attempts.filter(({ provider }, at) => at > 0 && attempts[at - 1]?.provider !== provider).length,
      cost_nano_usd:
        isKnown && attempts.every((row) => row.cost_nano_usd !== null) ? sum((row) => row.cost_nano_usd) : null,
      latency_ms: null,
      ttft_ms: null,
      cache_hit: false,
      cache_ttl_s: null,
      delivery: 'provider',
      outcome: begun ? 'incomplete' : 'failed',
      problem: begun ? 'stream_incomplete' : 'broken',
    },
  };
}

function attemptOf({ askId, run, calls, answerBytes }: CutAsk, call: NotedCall, at: number): AttemptRow {
  const { provider, model, role, startedAtMs, inputTokens, ended } = call;
  const isLast = at === calls.length - 1;
  const outputTokens = ended === null && isLast ? tokensIn(answerBytes) : call.outputTokens;
  const usage = { ...NO_USAGE, inputTokens, outputTokens, estimated: true };
  return {
    request_id: askId,
    run,
    attempt: at + 1,
    role,
    provider,
    model,
    started_at_ms: startedAtMs,
    headers_ms: null,
    ttft_ms: null,
    total_ms: ended?.totalMs ?? 0,
    status: ended?.status ?? 'crashed',
    http_status: null,
    skipped_chunks: 0,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    cache_write_hour_tokens: 0,
    reasoning_tokens: 0,
    tokens_estimated: ended === null || call.estimated,
    cost_nano_usd: ended === null ? costNanoUsd(usage, call.prices) : call.costNanoUsd,
  };
}
