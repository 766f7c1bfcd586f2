import type { ChatMessage } from '#shared/chat.ts';
import type { FinishReason, ToolCallDelta } from '#shared/answer.ts';
import type { Usage } from '#shared/money.ts';
import type { PassedAnswer, PassedCall } from './passage.ts';

/**
 * A provider speaks one wire and turns it into events. Its rules, which the contract suite quotes:
 *
 * [P1] `stream` sends exactly one HTTP request; it never retries by itself.
 * [P2] `accepted` comes first, once, when the response headers are there and are those of a stream.
 * [P3] Content comes in the order the provider sent it, whole characters only, wherever bytes were cut.
 * [P4] A finish reason ends the answer, with or without a terminator after it; an end without one throws `cut`.
 * [P5] Usage, when reported, is the last reported one, with cached and cache-write tokens told apart.
 * [P6] An error object inside a 200 stream throws with that error's own class.
 * [P7] A malformed chunk in an otherwise intact stream is skipped and counted in `finish`.
 * [P8] Aborting the signal ends the upstream call at once and throws the signal's reason.
 * [P9] Every failure is a `ProviderFailure` whose kind says what the router may do; its message holds no key and no prompt.
 * [P10] Silence longer than `idleTimeoutMs` after the first byte throws `stalled`.
 * [P11] No connection within 800 ms throws `unreachable`, which is not tried again at the same place.
 * [P12] After `retire` calls under way go on to their end, then the connections close; no new call is taken.
 */
export interface Provider {
  stream(call: ProviderCall, signal: AbortSignal): AsyncIterable<ProviderEvent>;
  /** Passes a call on with its bytes as they are; null where the provider speaks another wire than OpenAI's. */
  readonly pass: ((call: PassedCall, signal: AbortSignal) => Promise<PassedAnswer>) | null;
  /** Takes no new calls, and ends its connections when the last one is over. */
  retire(): void;
  /** Ends kept connections; for a clean stop. */
  close(): Promise<void>;
}

/** One call to one deployment. */
export interface ProviderCall {
  /** Upstream model id. */
  model: string;
  messages: ChatMessage[];
  /** Every other OpenAI parameter of the ask that the provider may know; already without our own fields. */
  parameters: Record<string, unknown>;
  /** More headers, in lower case; the wire's own go before them. */
  headers?: Record<string, string>;
  /** A parameter that the wire has no word for refuses the call, as `caller`, in place of being left out. */
  refuseUnsaid?: boolean;
  idleTimeoutMs: number;
  /** How its stable blocks are kept by the provider's prompt cache; null or left out: the request goes as it came. */
  promptCache?: PromptCache | null;
}

/** What a provider's prompt cache should keep of a call. */
export interface PromptCache {
  ttl: '5m' | '1h';
  /** Which blocks are the same from ask to ask. */
  blocks: readonly ('system' | 'tools' | 'history')[];
  /** Names the prefix: the same for all asks of one tenant, feature and prompt version. A hash, from which nobody can be told. */
  key: string;
}

/** Anthropic's mark at the end of a prefix to be kept; without `ttl` for five minutes. */
export interface CacheControl {
  type: 'ephemeral';
  ttl?: '5m' | '1h';
}

export type ProviderEvent =
  | { type: 'accepted'; upstreamId: string | null; model: string | null }
  /** `refusal`: it says that, and why, there will be no answer. */
  | { type: 'text-delta'; text: string; refusal?: true }
  /** What a model thinks aloud before it answers: shown, and no part of the answer. */
  | { type: 'reasoning-delta'; text: string }
  | { type: 'tool-delta'; toolCalls: ToolCallDelta[] }
  | { type: 'finish'; reason: FinishReason; usage: Usage | null; skippedChunks: number };

/**
 * What went wrong, as the router needs to know it:
 * `unreachable` no connection or cut before any byte · `rejected` 5xx, 408, 409 · `rate-limited` 429 that time cures ·
 * `quota` money or quota is used up · `unauthorized` 401, 403 · `model-missing` 404 · `caller` 400, 413, 422: the ask itself ·
 * `context-length` · `content-policy` · `cut` broke off mid-answer · `stalled` silent mid-answer · `timeout` no first content in time.
 */
export type FailureKind =
  | 'unreachable'
  | 'rejected'
  | 'rate-limited'
  | 'quota'
  | 'unauthorized'
  | 'model-missing'
  | 'caller'
  | 'context-length'
  | 'content-policy'
  | 'cut'
  | 'stalled'
  | 'timeout';

/** What the router may do after a failure, decided where the failure is understood. */
export interface FailureMeaning {
  /** Send the same once more to the same group, at once. */
  retrySame: boolean;
  /** Go to another deployment. */
  failOver: boolean;
  /** Counts against the deployment's health; `at-once` cools it now. */
  health: 'none' | 'count' | 'at-once';
}

const MEANING: Record<FailureKind, FailureMeaning> = {
  unreachable: { retrySame: true, failOver: true, health: 'count' },
  rejected: { retrySame: true, failOver: true, health: 'count' },
  'rate-limited': { retrySame: false, failOver: true, health: 'at-once' },
  quota: { retrySame: false, failOver: true, health: 'at-once' },
  unauthorized: { retrySame: false, failOver: true, health: 'at-once' },
  'model-missing': { retrySame: false, failOver: true, health: 'at-once' },
  caller: { retrySame: false, failOver: false, health: 'none' },
  'context-length': { retrySame: false, failOver: false, health: 'none' },
  'content-policy': { retrySame: false, failOver: false, health: 'none' },
  cut: { retrySame: true, failOver: true, health: 'count' },
  stalled: { retrySame: false, failOver: true, health: 'count' },
  timeout: { retrySame: false, failOver: true, health: 'count' },
};

/** A call that failed. */
export class ProviderFailure extends Error {
  readonly kind: FailureKind;
  /** HTTP status, when there was one. */
  readonly status: number | null;
  /** As the provider told us; null when it did not. */
  readonly retryAfterMs: number | null;
  /** What the provider said, in its own words and scrubbed; null when it said nothing. `message` is for operators: it names addresses. */
  readonly words: string | null;
  /** It used up the time it was given: the same again would only cost as much once more. */
  readonly waited: boolean;

  constructor(
    kind: FailureKind,
    message: string,
    details: { status?: number; retryAfterMs?: number; words?: string; waited?: boolean; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'ProviderFailure';
    this.kind = kind;
    this.status = details.status ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.words = details.words ?? null;
    this.waited = details.waited ?? false;
  }

  get meaning(): FailureMeaning {
    const meaning = MEANING[this.kind];
    return this.waited ? { ...meaning, retrySame: false } : meaning;
  }
}
