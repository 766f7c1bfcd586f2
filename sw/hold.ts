import type { Clock } from '#shared/clock.ts';

/**
 * Longest that one event may hold the worker, in milliseconds from its beginning. Measured in Chromium 156: an event that waits
 * 300 s kills the worker and the stream with it; without any wait it is killed 30 s after the page has gone.
 */
export const LONGEST_HOLD_MS = 270_000;

/** Resolves when the work is over, well or badly, or when the event that began at `beganMs` (monotonic) has held long enough. */
export function hold(work: Promise<unknown>, clock: Clock, beganMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(Math.max(0, beganMs + LONGEST_HOLD_MS - clock.monotonic()), resolve);
    const end = (): void => {
      cancel();
      resolve();
    };
    // What fails in there has its own place in the database; here it only ends the hold.
    work.then(end, end);
  });
}
