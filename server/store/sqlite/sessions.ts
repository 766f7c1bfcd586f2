import type { Sessions } from '../sessions.ts';
import type { Database } from './client.ts';

/** Sessions and links in SQLite. */
export function openSessions(database: Database): Sessions {
  return {
    addLink: (link) => database.call('sessions.add-link', link),
    spendLink: (tokenHash, nowMs) => database.call('sessions.spend-link', { tokenHash, nowMs }),
    addSession: (session) => database.call('sessions.add', session),
    useSession: (tokenHash, nowMs, slidingMs) => database.call('sessions.use', { tokenHash, nowMs, slidingMs }),
    endSession: (tokenHash) => database.call('sessions.end', { tokenHash }),
    forget: ({ tenant, user }) => database.call('sessions.forget', { tenant, user }),
    wasForgotten: (tokenHash, nowMs) => database.call('sessions.was-forgotten', { tokenHash, nowMs }),
    prune: (nowMs) => database.call('sessions.prune', { nowMs }),
  };
}
