import type { Clock } from '#shared/clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves time on by `ms`, runs each timer at its own moment and in its order, and lets what they started settle. */
  advance(ms: number): Promise<void>;
  /** Turns the event loop, so that promises and local I/O under way get on; time stands still. */
  settle(): Promise<void>;
  /** Turns the event loop until `condition` holds; time stands still. Rejects after `limitMs` real milliseconds. */
  until(condition: () => boolean, limitMs?: number): Promise<void>;
  /** Sets the wall clock, as a person or NTP does; durations do not notice. */
  setNow(ms: number): void;
  /** How many timers are set: 0 after a test that left nothing behind. */
  timers(): number;
}

/** Turns of the event loop that count as settled: enough for a chain of stores on `setImmediate`. */
const TURNS = 5;

/** A fake clock; `nowMs` is its wall time, by default a fixed moment. */
export function fakeClock(nowMs = Date.UTC(2026, 0, 1)): FakeClock {
  let elapsed = 0;
  let wallOffset = nowMs;
  let serial = 0;
  const timers = new Map<number, { at: number; run: () => void }>();

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const settle = async (): Promise<void> => {
    for (let at = 0; at < TURNS; at++) await turn();
  };

  return {
    now: () => wallOffset + elapsed,
    monotonic: () => elapsed,
    after(delayMs, run) {
      const id = ++serial;
      timers.set(id, { at: elapsed + Math.max(0, delayMs), run });
      return () => void timers.delete(id);
    },
    async advance(ms) {
      const target = elapsed + ms;
      await settle();
      for (;;) {
        // A Map keeps the order of insertion, so of timers due at one moment the first set runs first.
        let next: [number, { at: number; run: () => void }] | null = null;
        for (const entry of timers)
          if (entry[1].at <= target && (next === null || entry[1].at < next[1].at)) next = entry;
        if (next === null) break;
        timers.delete(next[0]);
        elapsed = Math.max(elapsed, next[1].at);
        next[1].run();
        await settle();
      }
      elapsed = target;
      await settle();
    },
    settle,
    async until(condition, limitMs = 5_000) {
      const deadline = performance.now() + limitMs;
      while (!condition()) {
        if (performance.now() > deadline) throw new Error(`Not so within ${limitMs} ms: ${condition.toString()}`);
        await turn();
      }
    },
    setNow(ms) {
      wallOffset = ms - elapsed;
    },
    timers: () => timers.size,
  };
}
