import { createHmac } from 'node:crypto';

/** No name that somebody can have begins with it. */
const MARK = '~';

/** Whom to forget: one person, or everybody of a tenant. */
export interface Forgetting {
  tenant: string;
  /** Null: everybody. */
  user: string | null;
  /** A fresh secret that nobody keeps: it makes pseudonyms that lead nowhere. */
  salt: string;
}

/** What stands in place of a person: the same wherever one salt is used, and nobody's once that is gone. */
export function pseudonymOf(salt: string, { tenant, user }: { tenant: string; user: string }): string {
  const digest = createHmac('sha256', salt)
    .update(JSON.stringify([tenant, user]))
    .digest('hex');
  return `${MARK}${digest.slice(0, 16)}`;
}
