import { forgetPerson, type Erased, type ForgetParts, type Person } from './forget.ts';
import { purgeAnswers, type PurgeParts, type PurgeWish } from './purge.ts';

/** What operators have removed. Docs: docs/behaviour.md, rules UK. */
export interface Upkeep {
  /** How many saved answers went here, and the epoch by which devices forget theirs. */
  purge(wish: PurgeWish): Promise<{ removed: number; epoch: number }>;
  /** Erases a person, or everybody of a tenant, and says what went. */
  forget(person: Person): Promise<Erased>;
}

export function createUpkeep(parts: PurgeParts & ForgetParts): Upkeep {
  return {
    purge: (wish) => purgeAnswers(wish, parts),
    forget: (person) => forgetPerson(person, parts),
  };
}
