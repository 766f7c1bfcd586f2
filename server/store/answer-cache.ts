import type { Answer } from '#shared/answer.ts';

/**
 * Whole answers, to be given again. Its rules:
 *
 * [C1] `get` gives what was last `put` under exactly that key, until `expiresAtMs`, and null from that moment on.
 * [C2] The key contains tenant and scope; the cache never looks at anything else.
 * [C3] `put` replaces; concurrent puts leave one of them whole.
 * [C4] At most `maxBytes` of answers are kept: the least recently used go first.
 * [C5] A purge removes the answers that fit all that is said of them (feature, tenant, prompt version, ask, key) and no others; nothing said, all.
 * [C6] An answer larger than `maxBytes` is not kept, and removes the one it would have replaced.
 * [C7] An answer that cannot be read back is as if it were not there.
 * [C8] A purge by person removes what was first given to that person, and in that tenant what nobody knows whose it is.
 * [C9] `last` gives it until `keepUntilMs`, also when it has expired. `prune` removes nothing that `last` would give.
 */
export interface AnswerCache {
  get(key: string, nowMs: number): Promise<CachedAnswer | null>;
  /** What was last put, expired or not. */
  last(key: string, nowMs: number): Promise<CachedAnswer | null>;
  put(entry: CacheEntry): Promise<void>;
  /** How many it removed. */
  purge(which: Purge): Promise<number>;
  prune(nowMs: number): Promise<void>;
}

/** An answer with what it can be found and removed by. The ask it comes from is `answer.id`. */
export interface CacheEntry extends CachedAnswer {
  key: string;
  tenant: string;
  /** To whom it was given first. */
  user: string;
  feature: string;
  promptVersion: number;
  expiresAtMs: number;
  /** No sooner than it expires; until then `last` gives it. */
  keepUntilMs?: number;
}

/** What is to be removed; everything that is said must fit. */
export interface Purge {
  feature?: string;
  tenant?: string;
  /** Only with `tenant`. */
  user?: string;
  promptVersion?: number;
  /** Answers of every other version. */
  otherThanVersion?: number;
  askId?: string;
  key?: string;
}

export interface CachedAnswer {
  answer: Answer;
  /** When the provider gave it, Unix ms. */
  storedAtMs: number;
  /** What giving it cost then; null unknown. */
  costNanoUsd: number | null;
}
