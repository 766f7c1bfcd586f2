/**
 * The few facts about a data folder as a whole. Its rules:
 *
 * [V1] The epoch of a new data folder is 1. It only rises, by one at a time, and survives restarts.
 * [V2] `settle` keeps the fingerprint. The first one leaves the epoch as it is, an equal one too, another raises it, in one step.
 * [V3] A call of any store is answered after its commit, and a read sees every write that was called before it.
 * [V4] At most 10,000 calls wait for the database; one more is refused with `storage_failed`.
 * [V5] When the database thread dies, what is pending is refused with `storage_failed`, and it is said once.
 * [V6] A database of a newer release is refused and left as it is; one of an earlier release is brought up to date.
 * [V7] A folder that cannot be written to and a damaged database end the opening with a sentence that says what to do.
 * [V8] The folder and its files can be read by their owner only.
 * [V10] What was removed stands on the disk no more once `settleLog` has resolved: pages are overwritten as rows go, and the log of writes is emptied by it.
 */
export interface Meta {
  /** The travel epoch: devices that hold answers of a lower one purge them. */
  epoch(): Promise<number>;
  /** Raises the epoch and gives the new one. */
  raiseEpoch(): Promise<number>;
  /** Empties the log of writes. */
  settleLog(): Promise<void>;
  /** Compares the fingerprint of what answers depend on (prompt versions …) with the one kept, and keeps this one. */
  settle(fingerprint: string): Promise<{ epoch: number; raised: boolean }>;
}
