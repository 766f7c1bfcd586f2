import type { NumberedEvent, Provenance } from '#shared/answer.ts';
import type { ChatRequest } from '#shared/chat.ts';
import type { Grants } from '../store/sessions.ts';

/**
 * Asks are jobs: one producer per ask writes to the journal; whoever wants the answer is a reader of it. Its rules:
 *
 * [A1] The same key and body attach to the running answer or replay the finished one: run and billed once. Another body: 422 `key_reused`.
 * [A2] Identical asks in flight (same cache key, reusable, no `no-cache`) follow one job; each has its own row in the ledger, `joined`, cost 0.
 * [A3] A reader that leaves changes nothing but this: an ask without a key whose last reader left is cancelled after the grace.
 * [A4] `opening` rejects with the true problem when nothing came before the failure; after content a failure is in-band.
 * [A5] Deployments are tried by order, then weight; a fast failure once more in the group, a first-token timeout never; then the next deployment.
 * [A6] No attempt outlives the ask's total limit; a timer that fires cancels its upstream call.
 * [A7] Only a whole answer enters the cache, and only when the ask may be reused; `no-cache` reads none and replaces it.
 * [A8] Every ask ends in exactly one row of the ledger, every attempt in one: answered, failed, refused, cancelled; crashed ones at the next start.
 * [A9] `cancel` ends the upstream call now, books what it cost, and the id never runs again.
 * [A10] A cache, journal or ledger that fails does not spoil an answer that is coming; it is said in the log.
 * [A20] After `forget` nothing of that person runs, and what ran is read by nobody.
 * [A19] A stop that overtakes its ask stops it when it comes, within a minute.
 */
export interface Asks {
  ask(request: AskRequest): Promise<AskHandle>;
  /** Attaches to an ask by its id; null when it is unknown or not the owner's; throws `ask_expired`. */
  find(owner: Grants, askId: string, reader?: ReaderKind): Promise<AskHandle | null>;
  cancel(owner: Grants, askId: string): Promise<'cancelled' | 'already-over' | 'unknown'>;
  /** Stops what runs of a person, or of all of a tenant, and lets nobody read it here any more; how many ran. */
  forget(whom: { tenant: string; user: string | null }): Promise<number>;
  /** Takes no more asks, waits for the running ones, then cancels what is left. */
  drain(timeoutMs: number): Promise<void>;
}

/**
 * What a reader does with an answer: `collects` it and shows nothing before the end · shows it as it comes and `resets` when it
 * begins anew · shows it as it comes and only `appends`.
 */
export type ReaderKind = 'collects' | 'resets' | 'appends';

export interface AskRequest {
  caller: Grants;
  /** The checked body; `body.messages` or `body.prompt` is there. */
  body: ChatRequest;
  /** From header or body; null for the default feature. */
  feature: string | null;
  /** `Idempotency-Key` as it came; a UUIDv7 becomes the ask's id, any other key gets a minted one. */
  key: string | null;
  noCache: boolean;
  synthetic: boolean;
  /** The deployment that alone may answer, as an operator asked for; null for any. */
  pin?: string | null;
  /** Default `appends`. */
  reader?: ReaderKind;
  /** Unix ms and monotonic ms of the arrival of the request's headers. */
  arrivedAtMs: number;
  arrivedMonotonicMs: number;
}

/** A reader's hold on one ask. Readers come and go; each must end with `leave`. */
export interface AskHandle {
  readonly askId: string;
  /** `provider` runs or ran it live, `router-cache` gives it from memory, `joined` follows an identical ask, `replay` an earlier one of its key. */
  readonly delivery: 'provider' | 'router-cache' | 'joined' | 'replay';
  /** Who asked it asked for the chunk of usage. */
  readonly usageAsked: boolean;
  /** Whether it has ended, and how. */
  state(): 'running' | 'answered' | 'refused' | 'cancelled' | 'failed' | 'incomplete';
  /** Resolves at the first content (or end) with what the headers say; rejects with a Problem when nothing came. */
  opening(signal: AbortSignal): Promise<Provenance>;
  /** Events after `after`, then those to come, ending after `answer-end` or `answer-problem`. */
  events(after: number, signal: AbortSignal): AsyncIterable<NumberedEvent>;
  /** The number of the event with which it last began anew; 0 when it never did. What is before is nobody's any more. */
  beganAnew(): number;
  /** This reader is gone. Idempotent. */
  leave(): void;
}
