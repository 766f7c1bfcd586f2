import type { Clock } from '#shared/clock.ts';

/** What the work gives; null when it takes longer. A store's work cannot be called back: it goes on, and nobody waits for it. */
export function within<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const takeBack = clock.after(limitMs, () => resolve(null));
    work.then(resolve, reject).finally(takeBack);
  });
}
