import { purgeAnswers, type PurgeParts, type PurgeWish } from './purge.ts';

/** What operators have removed. Docs: docs/behaviour.md, rules UK. */
export interface Upkeep {
  /** How many saved answers went here, and the epoch by which devices forget theirs. */
  purge(wish: PurgeWish): Promise<{ removed: number; epoch: number }>;
}

export function createUpkeep(parts: PurgeParts): Upkeep {
  return { purge: (wish) => purgeAnswers(wish, parts) };
}
