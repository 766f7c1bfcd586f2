import type { NumberedEvent } from '#shared/answer.ts';
import type { Prices } from '#shared/money.ts';
import type { AttemptRole } from './ledger.ts';

/**
 * The journal keeps every ask's events, so that any reader can have them from any point. Its rules:
 *
 * [J1] `claim` elects one producer per (owner, key): of any number of concurrent claims one gets `run`.
 * [J2] The same key with another body hash gets `other-body`, and changes nothing.
 * [J3] A key whose run ended `failed` or `incomplete` is free: the next claim gets `run`, whatever its body, and the earlier events are gone.
 * [J4] `answered`, `refused` and `cancelled` asks are remembered for `keepMs` from their end, then `expired` for as long again, then unknown.
 * [J5] Events come back in order, without gap or repeat, from any `after`.
 * [J6] Nobody but the owner can read, and an ask of somebody else looks like one that does not exist.
 * [J15] `read` tells whether the client asked for the chunk of usage.
 * [J14] `note` keeps what was called for an ask; `recover` gives it back, with how much of the answer is kept. It holds no word of either.
 * [J7] `recover` marks every `running` ask as `incomplete` and gives them, for the ledger; it is called once, at the start.
 * [J8] `append` after the end, and of an event already there, changes nothing.
 * [J9] An id that stands for another ask (of whoever) gets `other-body`: two asks never share a journal.
 * [J10] `append` past `MAX_EVENT_BYTES`, and one that would leave a gap, rejects and changes nothing.
 * [J11] Events that cannot be read back are as if they had never come: the ask is `incomplete` up to there, and its key is free.
 * [J12] Of a discreet ask no event and no hash reaches a disk. They are kept in memory for at most `DISCREET_KEEP_MS` from its end; past that, and after the end of the process, it reads as `expired` and its key is free.
 * [J13] `cacheKeyOf` gives the key under which an ask's answer is remembered, as the store has it (`AnswerCache.purge` takes it), for as long as the ask is; null when it may not be, or the ask is unknown.
 * [J16] `end` keeps the events that are left with it. When these cannot be kept it rejects, and the ask stands as it stood.
 * [J20] `forget` removes every ask of a person, or of all of a tenant, with its events and its key, and no other's.
 */
export interface Journal {
  claim(claim: Claim): Promise<ClaimResult>;
  append(askId: string, events: NumberedEvent[]): Promise<void>;
  /** What was called for it so far; takes the place of what was noted before. */
  note(askId: string, calls: readonly NotedCall[]): Promise<void>;
  /** Closes an ask in its final state, with the events that were left. */
  end(askId: string, state: EndState, atMs: number, last?: NumberedEvent[]): Promise<void>;
  /** At most `limit` events after `after`; null when unknown or not the owner's. */
  read(query: {
    owner: Owner;
    askId: string;
    after: number;
    limit: number;
    nowMs: number;
  }): Promise<JournalPage | null>;
  cacheKeyOf(askId: string): Promise<string | null>;
  recover(nowMs: number): Promise<CutAsk[]>;
  /** How many asks it removed; `user: null` stands for everybody of the tenant. */
  forget(whom: { tenant: string; user: string | null }): Promise<number>;
  prune(nowMs: number): Promise<void>;
}

/** Most bytes of one ask's events, as they are stored. */
export const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/** How long the words of a discreet ask are kept in memory from its end, ms. 10 minutes. */
export const DISCREET_KEEP_MS = 600_000;

export interface Owner {
  tenant: string;
  user: string;
}

export interface Claim {
  owner: Owner;
  askId: string;
  /** `Idempotency-Key` as it came; null when there was none (then nothing can repeat it). */
  key: string | null;
  /** SHA-256 of the exact canonical form; empty on the disk for a discreet ask, as a short question can be guessed from it. */
  bodyHash: string;
  /** No word of it may reach a disk. */
  discreet: boolean;
  nowMs: number;
  keepMs: number;
  tags: AskTags;
  /** Under which its answer is remembered; absent when it may not be. */
  cacheKey?: string;
  /** Its client asked for the chunk of usage. */
  usageAsked?: boolean;
}

/** A call for an ask, as it is noted for the case that the process ends before it is booked. */
export interface NotedCall {
  provider: string;
  model: string;
  role: AttemptRole;
  /** Unix ms. */
  startedAtMs: number;
  /** How it ended and after how many ms; null while it is under way. */
  ended: { status: string; totalMs: number } | null;
  inputTokens: number;
  outputTokens: number;
  estimated: boolean;
  /** Nano-dollars; null for unknown. */
  costNanoUsd: number | null;
  /** By which the rest of a call under way is priced. */
  prices: Prices | null;
}

/** What the ledger is to say of an ask, also when its process ends before it is booked. */
export interface AskTags {
  feature: string;
  synthetic: boolean;
  /** Unix ms. */
  arrivedAtMs: number;
}

/** An ask that was running when its process ended. */
export interface CutAsk {
  owner: Owner;
  askId: string;
  run: number;
  tags: AskTags;
  /** Some of its answer is kept. */
  begun: boolean;
  /** In the order of their start; empty when nothing was noted. */
  calls: NotedCall[];
  /** UTF-8 bytes of what is kept of its answer, those of its form not counted. */
  answerBytes: number;
}

export type EndState = 'answered' | 'refused' | 'cancelled' | 'failed' | 'incomplete';

export type ClaimResult =
  /** `run` is 1 for the first run of this ask id, then 2, 3 … : with the id it names the rows of the ledger. */
  | { kind: 'run'; askId: string; run: number }
  /** Attach to it or replay it. `askId` may differ from the claimed one when the key is foreign. */
  | { kind: 'same'; askId: string; state: 'running' | EndState }
  | { kind: 'other-body' }
  | { kind: 'expired' };

export interface JournalPage {
  state: 'running' | EndState | 'expired';
  events: NumberedEvent[];
  /** Its client asked for the chunk of usage; left out where it did not. */
  usageAsked?: true;
}
