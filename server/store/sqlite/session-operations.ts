import type { Database } from 'better-sqlite3';
import * as z from 'zod/mini';
import { MAX_LINKS, MAX_SESSIONS, type Grants } from '../sessions.ts';
import type { Connection } from './connection.ts';
import { sessionForgetting } from './session-forgetting.ts';
import { prepareFor, queries } from './statement.ts';

/** Grants under the hash of the token that holds them. */
export interface Held {
  tokenHash: string;
  grants: Grants;
  expiresAtMs: number;
}

const grantsSchema = z.object({
  tenant_id: z.string(),
  user_id: z.string(),
  role: z.enum(['asker', 'operator']),
  guest: z.number(),
});

/** The operations of sessions and one-time links, as the thread runs them. */
export function sessionOperations(connection: Connection) {
  const links = linkStatements(connection.database);
  const sessions = sessionStatements(connection.database);
  const forgetting = sessionForgetting(connection.database);
  let lastAdded = links.last.get(null)?.last ?? 0;
  let lastUse = sessions.last.get(null)?.last ?? 0;

  const grantsOf = (row: unknown, what: string): Grants | null => {
    const parsed = grantsSchema.safeParse(row);
    if (parsed.success) {
      const { tenant_id: tenant, user_id: user, role, guest } = parsed.data;
      return { tenant, user, role, guest: guest === 1 };
    }
    connection.onDamage(`A ${what} cannot be read back from the database. Whoever held it has to sign in again.`);
    return null;
  };

  return {
    'sessions.add-link': (link: Held): void => {
      links.add.run({ ...link, added: ++lastAdded });
      for (let over = (links.count.get(null)?.count ?? 0) - MAX_LINKS; over > 0; over--) links.removeOldest.run(null);
    },
    'sessions.spend-link': (spend: { tokenHash: string; nowMs: number }): Grants | null => {
      const row = links.spend.get(spend);
      return row === undefined || row.expires_at_ms <= spend.nowMs ? null : grantsOf(row, 'sign-in link');
    },
    'sessions.add': (session: Held): void => {
      sessions.add.run({ ...session, used: ++lastUse });
      const count = sessions.count.get(null)?.count ?? 0;
      for (let over = count - MAX_SESSIONS; over > 0; over--)
        if (sessions.removeOldestGuest.run(null) === 0) sessions.removeOldest.run(null);
    },
    'sessions.use': (use: { tokenHash: string; nowMs: number; slidingMs: number }): Grants | null => {
      const row = sessions.use.get({ ...use, used: ++lastUse });
      return row === undefined ? null : grantsOf(row, 'session');
    },
    'sessions.end': (end: { tokenHash: string }): void => {
      sessions.end.run(end);
    },
    'sessions.forget': (whom: { tenant: string; user: string | null }) => {
      forgetting.remember.run(whom);
      forgetting.trim.run(null);
      return { sessions: forgetting.sessions.run(whom), links: forgetting.links.run(whom) };
    },
    'sessions.was-forgotten': (query: { tokenHash: string; nowMs: number }): boolean =>
      forgetting.find.get(query) !== undefined,
    'sessions.prune': (input: { nowMs: number }): void => {
      links.prune.run(input);
      sessions.prune.run(input);
      forgetting.prune.run(input);
    },
  };
}

function linkStatements(database: Database) {
  return {
    add: prepareFor<Held & { added: number }>(database)((param) =>
      queries
        .insertInto('link')
        .values({
          token_hash: param((link) => link.tokenHash),
          tenant_id: param((link) => link.grants.tenant),
          user_id: param((link) => link.grants.user),
          role: param((link) => link.grants.role),
          guest: param((link) => Number(link.grants.guest)),
          expires_at_ms: param((link) => Math.round(link.expiresAtMs)),
          added: param((link) => link.added),
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    spend: prepareFor<{ tokenHash: string }>(database)((param) =>
      queries
        .deleteFrom('link')
        .where(
          'token_hash',
          '=',
          param((link) => link.tokenHash),
        )
        .returning(['tenant_id', 'user_id', 'role', 'guest', 'expires_at_ms']),
    ),
    last: prepareFor<null>(database)(() => queries.selectFrom('link').select((row) => row.fn.max('added').as('last'))),
    count: prepareFor<null>(database)(() =>
      queries.selectFrom('link').select((row) => row.fn.countAll<number>().as('count')),
    ),
    removeOldest: prepareFor<null>(database)(() =>
      queries
        .deleteFrom('link')
        .where('token_hash', '=', (from) => from.selectFrom('link').select('token_hash').orderBy('added').limit(1)),
    ),
    prune: prepareFor<{ nowMs: number }>(database)((param) =>
      queries.deleteFrom('link').where(
        'expires_at_ms',
        '<=',
        param((input) => input.nowMs),
      ),
    ),
  };
}

function sessionStatements(database: Database) {
  return {
    add: prepareFor<Held & { used: number }>(database)((param) =>
      queries
        .insertInto('session')
        .values({
          token_hash: param((session) => session.tokenHash),
          tenant_id: param((session) => session.grants.tenant),
          user_id: param((session) => session.grants.user),
          role: param((session) => session.grants.role),
          guest: param((session) => Number(session.grants.guest)),
          expires_at_ms: param((session) => Math.round(session.expiresAtMs)),
          used: param((session) => session.used),
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    use: prepareFor<{ tokenHash: string; nowMs: number; slidingMs: number; used: number }>(database)((param) =>
      queries
        .updateTable('session')
        .set({
          expires_at_ms: param((use) => Math.round(use.nowMs + use.slidingMs)),
          used: param((use) => use.used),
        })
        .where(
          'token_hash',
          '=',
          param((use) => use.tokenHash),
        )
        .where(
          'expires_at_ms',
          '>',
          param((use) => use.nowMs),
        )
        .returning(['tenant_id', 'user_id', 'role', 'guest']),
    ),
    end: prepareFor<{ tokenHash: string }>(database)((param) =>
      queries.deleteFrom('session').where(
        'token_hash',
        '=',
        param((end) => end.tokenHash),
      ),
    ),
    last: prepareFor<null>(database)(() =>
      queries.selectFrom('session').select((row) => row.fn.max('used').as('last')),
    ),
    count: prepareFor<null>(database)(() =>
      queries.selectFrom('session').select((row) => row.fn.countAll<number>().as('count')),
    ),
    removeOldest: prepareFor<null>(database)(() =>
      queries
        .deleteFrom('session')
        .where('token_hash', '=', (from) => from.selectFrom('session').select('token_hash').orderBy('used').limit(1)),
    ),
    removeOldestGuest: prepareFor<null>(database)(() =>
      queries
        .deleteFrom('session')
        .where('token_hash', '=', (from) =>
          from.selectFrom('session').select('token_hash').where('guest', '=', 1).orderBy('used').limit(1),
        ),
    ),
    prune: prepareFor<{ nowMs: number }>(database)((param) =>
      queries.deleteFrom('session').where(
        'expires_at_ms',
        '<=',
        param((input) => input.nowMs),
      ),
    ),
  };
}
