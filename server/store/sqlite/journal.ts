import type { NumberedEvent } from '#shared/answer.ts';
import type { Journal } from '../journal.ts';
import type { Database } from './client.ts';
import type { Block } from './journal-operations.ts';

/** The journal in SQLite. */
export function openJournal(database: Database): Journal {
  return {
    claim: (claim) => database.call('journal.claim', claim),
    async append(askId, events) {
      const block = blockOf(askId, events);
      if (block !== null) await database.call('journal.append', block);
    },
    note: (askId, calls) => database.call('journal.note', { askId, json: JSON.stringify(calls) }),
    end: (askId, state, atMs, last = []) =>
      database.call('journal.end', { askId, state, atMs, last: blockOf(askId, last) }),
    read: (query) => database.call('journal.read', query),
    cacheKeyOf: (askId) => database.call('journal.cache-key', { askId }),
    recover: (nowMs) => database.call('journal.recover', { nowMs }),
    async forget(whom) {
      let found = 0;
      for (let after: string | null = ''; after !== null;) {
        const step: { found: number; next: string | null } = await database.call('journal.forget', { ...whom, after });
        found += step.found;
        after = step.next;
      }
      return found;
    },
    async prune(nowMs) {
      while (await database.call('journal.prune', { nowMs }));
    },
  };
}

/** Null for no events. */
function blockOf(askId: string, events: NumberedEvent[]): Block | null {
  const [first] = events;
  return first === undefined ? null : { askId, ...extentOf(events, first.seq), json: JSON.stringify(events) };
}

function extentOf(events: NumberedEvent[], firstSeq: number) {
  let lastSeq = firstSeq;
  let contiguous = true;
  events.forEach(({ seq }, at) => {
    contiguous &&= seq === firstSeq + at;
    lastSeq = Math.max(lastSeq, seq);
  });
  return { firstSeq, lastSeq, contiguous };
}
