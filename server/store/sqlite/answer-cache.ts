import type { AnswerCache, Purge } from '../answer-cache.ts';
import type { Database } from './client.ts';

/** Nothing said of what is to go. */
const everything: { [Name in keyof Purge]-?: null } = {
  feature: null,
  tenant: null,
  user: null,
  promptVersion: null,
  otherThanVersion: null,
  askId: null,
  key: null,
};

/** The answer cache in SQLite. */
export function openAnswerCache(database: Database): AnswerCache {
  return {
    get: (key, nowMs) => database.call('answers.get', { key, nowMs }),
    last: (key, nowMs) => database.call('answers.last', { key, nowMs }),
    put: ({ answer, ...entry }) =>
      database.call('answers.put', {
        ...entry,
        keepUntilMs: Math.max(entry.expiresAtMs, entry.keepUntilMs ?? 0),
        askId: answer.id,
        json: JSON.stringify(answer),
      }),
    async purge(which) {
      let removed = 0;
      for (;;) {
        const step = await database.call('answers.purge', { ...everything, ...which });
        if (step === 0) return removed;
        removed += step;
      }
    },
    async prune(nowMs) {
      while (await database.call('answers.prune', { nowMs }));
    },
  };
}
