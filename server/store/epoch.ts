import type { Meta } from './meta.ts';

/** The travel epoch at hand: every response tells it, and none asks the database for it. */
export interface Epoch {
  current(): number;
  /** Devices forget what they saved as soon as they hear of the new one. */
  raise(): Promise<number>;
  /** The database has this one; it never falls. */
  follow(epoch: number): void;
}

/** Holds the epoch from what it was at the start. */
export function holdEpoch(meta: Pick<Meta, 'raiseEpoch'>, first: number): Epoch {
  let current = first;
  return {
    current: () => current,
    async raise() {
      current = Math.max(current, await meta.raiseEpoch());
      return current;
    },
    follow: (epoch) => void (current = Math.max(current, epoch)),
  };
}
