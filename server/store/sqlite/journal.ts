import type { NumberedEvent } from '#shared/answer.ts';
import type { Journal } from '../journal.ts';
import type { Database } from './client.ts';

/** The journal in SQLite. */
export function openJournal(database: Database): Journal {
  return {
    claim: (claim) => database.call('journal.claim', claim),
    async append(askId, events) {
      const [first] = events;
      if (first === undefined) return;
      await database.call('journal.append', { askId, ...extentOf(events, first.seq), json: JSON.stringify(events) });
    },
    note: (askId, calls) => database.call('journal.note', { askId, json: JSON.stringify(calls) }),
    end: (askId, state, atMs) => database.call('journal.end', { askId, state, atMs }),
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

function extentOf(events: NumberedEvent[], firstSeq: number) {
  let lastSeq = firstSeq;
  let contiguous = true;
  events.forEach(({ seq }, at) => {
    contiguous &&= seq === firstSeq + at;
    lastSeq = Math.max(lastSeq, seq);
  });
  return { firstSeq, lastSeq, contiguous };
}
