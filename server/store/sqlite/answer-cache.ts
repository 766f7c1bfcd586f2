import type { AnswerCache } from '../answer-cache.ts';
import type { Database } from './client.ts';

/** The answer cache in SQLite. */
export function openAnswerCache(database: Database): AnswerCache {
  return {
    get: (key, nowMs) => database.call('answers.get', { key, nowMs }),
    put: ({ answer, ...entry }) => database.call('answers.put', { ...entry, json: JSON.stringify(answer) }),
    async purge({ feature = null, tenant = null }) {
      let removed = 0;
      for (;;) {
        const step = await database.call('answers.purge', { feature, tenant });
        if (step === 0) return removed;
        removed += step;
      }
    },
    async prune(nowMs) {
      while (await database.call('answers.prune', { nowMs }));
    },
  };
}
