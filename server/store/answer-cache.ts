import type { Answer } from '#shared/answer.ts';

/**
 * Whole answers, to be given again. Its rules:
 *
 * [C1] `get` gives what was last `put` under exactly that key, until `expiresAtMs`, and null from that moment on.
 * [C2] The key contains tenant and scope; the cache never looks at anything else.
 * [C3] `put` replaces; concurrent puts leave one of them whole.
 * [C4] At most `maxBytes` of answers are kept: the least recently used go first.
 * [C5] A purge by feature removes that feature's answers and no other's; by tenant likewise; by neither, all.
 * [C6] An answer larger than `maxBytes` is not kept, and removes the one it would have replaced.
 * [C7] An answer that cannot be read back is as if it were not there.
 */
export interface AnswerCache {
  get(key: string, nowMs: number): Promise<CachedAnswer | null>;
  put(
    entry: CachedAnswer & { key: string; tenant: string; feature: string; promptVersion: number; expiresAtMs: number },
  ): Promise<void>;
  purge(which: { feature?: string; tenant?: string }): Promise<number>;
  prune(nowMs: number): Promise<void>;
}

export interface CachedAnswer {
  answer: Answer;
  /** When the provider gave it, Unix ms. */
  storedAtMs: number;
  /** What giving it cost then; null unknown. */
  costNanoUsd: number | null;
}
