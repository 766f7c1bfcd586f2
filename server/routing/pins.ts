import type { Clock } from '#shared/clock.ts';

/** Longest time that a pin of the Console holds. */
export const MAX_PIN_MS = 24 * 3_600_000;

/** A pin set by hand: asks of a feature, or all of them, go to one deployment only, for a time. */
export interface Pin {
  /** Null: every feature. */
  feature: string | null;
  /** Id of the deployment. */
  deployment: string;
  /** Unix ms of its end. */
  untilMs: number;
}

/** Pins by hand, in memory: a restart takes them off. Rules: docs/behaviour.md, R29–R31. */
export interface Pins {
  /** Puts a pin in place of the one before for the same feature. */
  set(pin: { feature: string | null; deployment: string; leaseMs: number }): Pin;
  /** False when there was none. */
  clear(feature: string | null): boolean;
  /** The pin that holds for a feature: its own, else the one for all. */
  of(feature: string): Pin | null;
  list(): Pin[];
}

/** No pins yet. At most one for each feature that is known, and one for all. */
export function createPins(clock: Clock): Pins {
  const pins = new Map<string | null, { deployment: string; endsMonotonicMs: number }>();

  function get(feature: string | null): Pin | null {
    const pin = pins.get(feature);
    if (pin === undefined) return null;
    const leftMs = pin.endsMonotonicMs - clock.monotonic();
    if (leftMs > 0) return { feature, deployment: pin.deployment, untilMs: Math.round(clock.now() + leftMs) };
    pins.delete(feature);
    return null;
  }

  return {
    set({ feature, deployment, leaseMs }) {
      const ms = Math.min(MAX_PIN_MS, Math.max(0, leaseMs));
      pins.set(feature, { deployment, endsMonotonicMs: clock.monotonic() + ms });
      return { feature, deployment, untilMs: Math.round(clock.now() + ms) };
    },
    clear(feature) {
      const held = get(feature) !== null;
      pins.delete(feature);
      return held;
    },
    of: (feature) => get(feature) ?? get(null),
    list: () => [...pins.keys()].flatMap((feature) => get(feature) ?? []),
  };
}
