import type { Clock } from '#shared/clock.ts';

/** Whether asks go straight to the primary. */
export type BypassState =
  | { kind: 'off' }
  /** Since the start, and until one without `BYPASS_ROUTER`. */
  | { kind: 'on'; by: 'environment' }
  /** By hand, for a time. */
  | { kind: 'on'; by: 'operator'; sinceMs: number; untilMs: number };

/** The one switch. Rules: docs/behaviour.md, BY. */
export interface BypassSwitch {
  state(): BypassState;
  /** For so long, in place of what was; without effect where the environment holds it on. */
  turnOn(lastsMs: number): BypassState;
  turnOff(): BypassState;
}

/** Longest time it can be on by hand, ms. One day: what is broken for longer is a start with `BYPASS_ROUTER`. */
export const MAX_BYPASS_MS = 24 * 3_600_000;

/** In memory: it ends with its time and with the router, so that nobody bypasses for ever without knowing. */
export function createBypassSwitch({ always, clock }: { always: boolean; clock: Clock }): BypassSwitch {
  // Its time runs by the clock that never jumps; `untilMs` is for people.
  let on: { sinceMs: number; endsMonotonicMs: number } | null = null;

  function state(): BypassState {
    if (always) return { kind: 'on', by: 'environment' };
    const leftMs = on === null ? 0 : on.endsMonotonicMs - clock.monotonic();
    if (on === null || leftMs <= 0) {
      on = null;
      return { kind: 'off' };
    }
    return { kind: 'on', by: 'operator', sinceMs: on.sinceMs, untilMs: Math.round(clock.now() + leftMs) };
  }

  return {
    state,
    turnOn(lastsMs) {
      const endsMonotonicMs = clock.monotonic() + Math.min(MAX_BYPASS_MS, Math.max(0, lastsMs));
      on = { sinceMs: on?.sinceMs ?? clock.now(), endsMonotonicMs };
      return state();
    },
    turnOff() {
      on = null;
      return state();
    },
  };
}
