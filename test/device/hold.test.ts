import { describe, expect, it } from 'vitest';
import { fakeClock } from '../fakes/clock.ts';
import { hold, LONGEST_HOLD_MS } from '../../sw/hold.ts';

/** Follows a promise without waiting for it. */
function follow(promise: Promise<void>): { over: boolean } {
  const seen = { over: false };
  void promise.then(() => (seen.over = true));
  return seen;
}

describe('what holds the worker', () => {
  it('[W2] holds while the work lasts, and ends with it', async () => {
    const clock = fakeClock();
    const work = Promise.withResolvers<void>();
    const held = follow(hold(work.promise, clock, 0));
    await clock.advance(200_000);
    expect(held.over).toBe(false);
    work.resolve();
    await clock.settle();
    expect(held.over).toBe(true);
    expect(clock.timers()).toBe(0);
  });

  it('[W2] ends with work that fails, and fails with nothing', async () => {
    const clock = fakeClock();
    await hold(Promise.reject(new Error('cut')), clock, 0);
    expect(clock.timers()).toBe(0);
  });

  it('[W2] lets go after 270 s, before Chromium kills the worker at 300 s', async () => {
    const clock = fakeClock();
    const held = follow(hold(Promise.withResolvers<void>().promise, clock, 0));
    await clock.advance(LONGEST_HOLD_MS - 1);
    expect(held.over).toBe(false);
    await clock.advance(1);
    expect(held.over).toBe(true);
    expect(LONGEST_HOLD_MS).toBe(270_000);
  });

  it('[W2] counts from the beginning of the event, not of the work', async () => {
    const clock = fakeClock();
    await clock.advance(30_000);
    const held = follow(hold(Promise.withResolvers<void>().promise, clock, 0));
    await clock.advance(239_999);
    expect(held.over).toBe(false);
    await clock.advance(1);
    expect(held.over).toBe(true);
  });
});
