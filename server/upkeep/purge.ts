import type { AnswerCache, Purge } from '../store/answer-cache.ts';
import type { Epoch } from '../store/epoch.ts';
import type { Journal } from '../store/journal.ts';

/** Which saved answers are to go; nothing said: all. */
export type PurgeWish = Pick<Purge, 'feature' | 'tenant' | 'promptVersion' | 'askId'>;

export interface PurgeParts {
  cache: AnswerCache;
  journal: Pick<Journal, 'cacheKeyOf'>;
  epoch: Epoch;
}

/**
 * Removes saved answers here, and has every device forget its own: the epoch is one for all of them, so what is named here narrows
 * only what the router forgets. An ask stands for the answer that it got from memory or left there, whoever asked first.
 */
export async function purgeAnswers(
  wish: PurgeWish,
  { cache, journal, epoch }: PurgeParts,
): Promise<{ removed: number; epoch: number }> {
  let removed = await cache.purge(wish);
  const { askId, ...others } = wish;
  const key = askId === undefined ? null : await journal.cacheKeyOf(askId);
  if (key !== null) removed += await cache.purge({ ...others, key });
  return { removed, epoch: await epoch.raise() };
}
