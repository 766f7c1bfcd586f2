import type { Random } from '#shared/clock.ts';
import type { Asks } from '../ask/asks.ts';
import type { KeyRing } from '../identity/key-ring.ts';
import type { AnswerCache } from '../store/answer-cache.ts';
import type { Epoch } from '../store/epoch.ts';
import type { Journal } from '../store/journal.ts';
import type { Keys } from '../store/keys.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Meta } from '../store/meta.ts';
import type { Sessions } from '../store/sessions.ts';
import type { Forgotten } from './forgotten.ts';

/** Whom to forget; `user: null` stands for everybody of the tenant. */
export interface Person {
  tenant: string;
  user: string | null;
}

/** What went, in numbers. */
export interface Erased {
  keys: number;
  links: number;
  sessions: number;
  /** Asks under way that were stopped. */
  stopped: number;
  /** Asks whose questions' answers were kept to be read again. */
  journal: number;
  /** Saved answers. */
  answers: number;
  /** Asks and device events that stay in the sums, under a pseudonym. */
  ledger: number;
}

export interface ForgetParts {
  keys: Pick<Keys, 'forget'>;
  ring: Pick<KeyRing, 'refresh'>;
  sessions: Pick<Sessions, 'forget'>;
  asks: Pick<Asks, 'forget'>;
  journal: Pick<Journal, 'forget'>;
  cache: Pick<AnswerCache, 'purge'>;
  ledger: Pick<Ledger, 'forget'>;
  forgotten: Forgotten;
  meta: Pick<Meta, 'settleLog'>;
  epoch: Epoch;
  random: Random;
}

/**
 * Erases a person. The ways in go first, then what runs; only then what was kept, so that nothing comes after it but rows of the
 * ledger, which are booked under the pseudonym. Devices forget by the epoch, and those that held a session are told at their next word.
 */
export async function forgetPerson(person: Person, parts: ForgetParts): Promise<Erased> {
  const salt = Buffer.from(parts.random.bytes(32)).toString('hex');
  const keys = await parts.keys.forget(person).finally(() => parts.ring.refresh());
  const { sessions, links } = await parts.sessions.forget(person);
  parts.forgotten.add({ ...person, salt });
  const stopped = await parts.asks.forget(person);
  const journal = await parts.journal.forget(person);
  const { tenant, user } = person;
  const answers = await parts.cache.purge(user === null ? { tenant } : { tenant, user });
  const ledger = await parts.ledger.forget({ ...person, salt });
  const erased: Erased = { keys, links, sessions, stopped, journal, answers, ledger };
  await parts.meta.settleLog();
  if (Object.values(erased).some((count: number) => count > 0)) await parts.epoch.raise();
  return erased;
}
