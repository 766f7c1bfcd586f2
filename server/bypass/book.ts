import { createHash } from 'node:crypto';
import type { AnswerEvent, Provenance } from '#shared/answer.ts';
import { mintAskId } from '#shared/ask-id.ts';
import type { AskRow, AttemptRow } from '../store/ledger.ts';
import type { BypassParts } from './bypass.ts';
import type { CallRecord } from './call.ts';

const DAY_MS = 24 * 3_600_000;

type BookParts = BypassParts & { provenance: Provenance };

/**
 * Writes a call into journal and ledger. Best effort: the answer is out already, and whatever refuses to be written is said in the
 * log. No key is remembered, so a repeat of it is asked, and paid, again: then too each call has a row of its own.
 */
export async function book(record: CallRecord, parts: BookParts): Promise<void> {
  const place = (await keep(record, parts)) ?? { askId: mintAskId(parts.clock, parts.random), run: 1 };
  const rows = { ask: askRow(record, place), attempt: attemptRow(record, place) };
  parts.log.info({ request_id: record.ask.id, booked_as: place.askId }, 'An ask went past the router.');
  try {
    await parts.ledger.record([rows.ask], [rows.attempt]);
  } catch (cause) {
    parts.log.error({ askIds: [place.askId], err: cause }, 'The ledger did not take the rows of a bypassed ask.');
  }
}

/** Which row of the ledger it is. */
interface Place {
  askId: string;
  run: number;
}

/**
 * Puts a whole answer into the journal, where it can be read by its id; null when the journal is away, or the ask has a key: that
 * must stay free for the router, which knows an ask by more than its bytes.
 */
async function keep({ ask, deployment, content, reason }: CallRecord, parts: BookParts): Promise<Place | null> {
  if (ask.hasKey) return null;
  const { configuration, journal, clock, log, provenance } = parts;
  const { feature } = ask;
  const nowMs = clock.now();
  try {
    const claim = await journal.claim({
      owner: { tenant: ask.caller.tenant, user: ask.caller.user },
      askId: ask.id,
      key: null,
      bodyHash: createHash('sha256').update(ask.text).digest('hex'),
      // A feature that nobody knows may be one of which nothing is to be stored.
      discreet: (configuration.features.get(feature)?.device.store ?? 'never') === 'never',
      nowMs,
      keepMs: configuration.retention.journalDays * DAY_MS,
      tags: { feature, synthetic: false, arrivedAtMs: ask.arrivedAtMs },
    });
    if (claim.kind !== 'run') return null;
    const isWhole = content !== null && reason !== null;
    const events: AnswerEvent[] = isWhole
      ? [
          { type: 'answer-start', model: deployment.model, createdSeconds: Math.floor(ask.arrivedAtMs / 1000) },
          ...content,
          { type: 'answer-end', finishReason: reason, usage: null, provenance },
        ]
      : [];
    if (events.length > 0)
      await journal.append(
        claim.askId,
        events.map((event, at) => ({ seq: at + 1, event })),
      );
    await journal.end(claim.askId, isWhole ? 'answered' : 'failed', nowMs);
    return claim;
  } catch (cause) {
    log.error({ askId: ask.id, err: cause }, 'The journal did not take a bypassed ask.');
    return null;
  }
}

function askRow(record: CallRecord, { askId, run }: Place): AskRow {
  const { ask, deployment, bill } = record;
  return {
    tenant_id: ask.caller.tenant,
    user_id: ask.caller.user,
    feature: ask.feature,
    region: null,
    synthetic: false,
    drill_id: null,
    arrived_at_ms: ask.arrivedAtMs,
    request_id: askId,
    run,
    provider: deployment.name,
    model: deployment.model,
    input_tokens: bill.usage.inputTokens,
    output_tokens: bill.usage.outputTokens,
    tokens_estimated: bill.usage.estimated,
    latency_ms: record.latencyMs,
    ttft_ms: record.firstTokenMs,
    retries: 0,
    failover_hops: 0,
    cost_nano_usd: bill.costNanoUsd,
    cache_hit: false,
    cache_ttl_s: null,
    delivery: 'provider',
    degraded: 'bypass',
    outcome: record.outcome,
    problem: record.problem,
  };
}

function attemptRow(record: CallRecord, { askId, run }: Place): AttemptRow {
  const { deployment, ended, bill } = record;
  return {
    request_id: askId,
    run,
    attempt: 1,
    role: 'first',
    provider: deployment.name,
    model: deployment.model,
    started_at_ms: record.startedAtMs,
    headers_ms: record.headersMs,
    ttft_ms: record.firstTokenMs,
    total_ms: record.totalMs,
    status: ended === 'finished' ? 'ok' : ended === 'stopped' ? 'cancelled' : ended,
    http_status: record.httpStatus,
    skipped_chunks: 0,
    input_tokens: bill.usage.inputTokens,
    output_tokens: bill.usage.outputTokens,
    cached_input_tokens: bill.usage.cachedInputTokens,
    cache_write_tokens: bill.usage.cacheWriteTokens,
    cache_write_hour_tokens: bill.usage.cacheWriteHourTokens ?? 0,
    reasoning_tokens: bill.usage.reasoningTokens,
    tokens_estimated: bill.usage.estimated,
    cost_nano_usd: bill.costNanoUsd,
  };
}
