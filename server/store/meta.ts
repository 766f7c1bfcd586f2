/**
 * The few facts about a data folder as a whole. Its rules:
 *
 * [M1] The epoch of a new data folder is 1. It only rises, by one at a time, and survives restarts.
 * [M2] `settle` keeps the fingerprint. The first one leaves the epoch as it is, an equal one too, another raises it, in one step.
 */
export interface Meta {
  /** The travel epoch: devices that hold answers of a lower one purge them. */
  epoch(): Promise<number>;
  /** Raises the epoch and gives the new one. */
  raiseEpoch(): Promise<number>;
  /** Compares the fingerprint of what answers depend on (prompt versions …) with the one kept, and keeps this one. */
  settle(fingerprint: string): Promise<{ epoch: number; raised: boolean }>;
}
