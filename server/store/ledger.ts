import type { AskEnded } from '#shared/telemetry.ts';
import type { Forgetting } from './pseudonym.ts';

/**
 * The ledger counts every ask once and every attempt once. No word of prompt or answer is in it. Its rules:
 *
 * [L1] One row per ask id and run, one row per attempt; writing a row again changes nothing.
 * [L2] The cost of an ask is the sum of its attempts' costs; unknown if any of them is unknown, never 0 for unknown.
 * [L3] Figures count neither synthetic asks nor `replay`s, and success is answered over answered + failed + incomplete: `cancelled` and `refused` are the caller's own.
 * [L4] p95 is the nearest-rank percentile over asks that had a first token; it is null with none.
 * [L5] A device event counts once per (tenant, user, event id), whichever batch brings it; simulated ones are kept and not counted.
 * [L6] Rows older than their retention are removed by `prune`, attempts with their ask.
 * [L7] A tenant's question sees only that tenant's rows; `tenant: null` is the operator's question over all.
 * [L8] A device's time is corrected by its skew and never later than its receipt; figures go by the corrected time.
 * [L9] A batch's dropped events are added once, however often the batch comes.
 * [L11] `forget` puts a pseudonym in place of a person, the same in all rows and for all their budgets, another at each time; every sum stays. A second time finds nothing.
 * [L10] Sums of money are exact, or the question is refused; they are never rounded.
 */
export interface Ledger {
  record(asks: AskRow[], attempts: AttemptRow[]): Promise<void>;
  recordDevice(batch: DeviceBatch): Promise<{ accepted: number; repeated: number }>;
  figures(query: FiguresQuery): Promise<Figures>;
  /** Newest first, with their attempts in order. */
  recent(query: { tenant: string | null; limit: number }): Promise<{ ask: AskRow; attempts: AttemptRow[] }[]>;
  /** How many asks and device events it found. */
  forget(whom: Forgetting): Promise<number>;
  prune(cutoffs: { asksBeforeMs: number; attemptsBeforeMs: number }): Promise<void>;
}

/** One ask. The names are those by which every request is tagged (docs/ledger.md). */
export interface AskRow {
  request_id: string;
  /** 1 for the first run of this id; a key freed by a failure may run again. */
  run: number;
  tenant_id: string;
  user_id: string;
  feature: string;
  /** Deployment that answered, and its upstream model; null when none did. */
  provider: string | null;
  model: string | null;
  region: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  tokens_estimated: boolean;
  latency_ms: number | null;
  ttft_ms: number | null;
  /** Attempts beyond the first on the same deployment group, and hops to another deployment. */
  retries: number;
  failover_hops: number;
  /** Nano-dollars; null unknown; 0 for memory. */
  cost_nano_usd: number | null;
  /** Nano-dollars that providers' prompt caches saved, less what writing to them cost; left out for 0. */
  cache_savings_nano_usd?: number;
  cache_hit: boolean;
  cache_ttl_s: number | null;
  /** `provider` answered live · `router-cache` from memory · `joined` followed an identical ask · `replay` of a remembered key. */
  delivery: 'provider' | 'router-cache' | 'joined' | 'replay';
  synthetic: boolean;
  drill_id: string | null;
  /** Steps of degradation taken, in order, with commas between them; empty for none. */
  degraded: string;
  /** `answered` · `failed` ours or a provider's fault · `refused` the caller's own · `cancelled` by the caller · `incomplete` cut after content. */
  outcome: 'answered' | 'failed' | 'refused' | 'cancelled' | 'incomplete';
  /** Problem code of a failure or refusal. */
  problem: string | null;
  /** Unix ms of arrival. */
  arrived_at_ms: number;
}

export type AttemptRole = 'first' | 'retry' | 'failover' | 'hedge' | 'continuation' | 'probe';

/** One call to one deployment. */
export interface AttemptRow {
  request_id: string;
  run: number;
  /** 1, 2, 3 … in the order of their start. */
  attempt: number;
  /** What it was made for: `retry` in the same order, `failover` in another, `hedge` beside one that was slow, `continuation` of an answer that broke off, `probe` of a deployment that had failed. */
  role: AttemptRole;
  provider: string;
  model: string;
  started_at_ms: number;
  /** From sending to response headers, first content, end; null when it did not come so far. */
  headers_ms: number | null;
  ttft_ms: number | null;
  total_ms: number;
  /** `ok`, or a kind of provider failure, or `cancelled`, or `lost` to a faster attempt, after `fault:<kind>/` when an overlay lay on it. */
  status: string;
  http_status: number | null;
  /** Malformed chunks that were left out. */
  skipped_chunks: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cached_input_tokens: number | null;
  cache_write_tokens: number | null;
  /** The part of `cache_write_tokens` that is kept for an hour. */
  cache_write_hour_tokens: number | null;
  /** The part of `output_tokens` that the model thought and did not say. */
  reasoning_tokens: number | null;
  tokens_estimated: boolean;
  cost_nano_usd: number | null;
}

export interface DeviceBatch {
  tenant: string;
  user: string;
  batchId: string;
  dropped: number;
  /** Device clock minus router clock, ms, by which times are corrected. */
  skewMs: number;
  receivedAtMs: number;
  events: AskEnded[];
}

export interface FiguresQuery {
  tenant: string | null;
  fromMs: number;
  toMs: number;
}

/** Counts and sums, never ratios: whoever shows them divides. */
export interface Figures {
  router: {
    answered: number;
    /** Failed, and incomplete: both are an answer that somebody did not get. */
    failed: number;
    refused: number;
    cancelled: number;
    /** Answered by the router's cache. */
    fromMemory: number;
    /** Over asks with a first token, from arrival at the router. */
    firstTokenP95Ms: number | null;
    firstTokenCount: number;
    /** Sum and p95 over counted asks with a known cost that were answered or cost something, and how many were unknown. */
    costNanoUsd: number;
    costP95NanoUsd: number | null;
    costKnown: number;
    costUnknown: number;
    /** What providers' prompt caches saved; left out for 0. */
    cacheSavingsNanoUsd?: number;
    /** When the first counted ask of the window arrived; null with none. */
    firstAtMs: number | null;
  };
  device: {
    answered: number;
    /** Failed, partial, or expired in the outbox. `refused` and `stopped` are counted nowhere. */
    failed: number;
    /** Answered by a saved answer, and answered after waiting in the outbox. */
    saved: number;
    waited: number;
    /** As the person felt it: saved answers and waiting included. */
    firstTokenP95Ms: number | null;
    firstTokenCount: number;
    /** Events that devices had to drop, by the time their batches came. */
    dropped: number;
    /** Events under the network simulator: in none of the other figures. */
    simulated: number;
  };
}
