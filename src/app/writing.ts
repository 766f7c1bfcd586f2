/**
 * Web Lock that says in every tab that an answer is being written: each tab that writes one holds a share of it. A browser without
 * locks has no worker to update either.
 */
const WRITING_LOCK = 'layover-writing';

/** Says that an answer is being written here, until the function it gives is called. */
export function holdWriting(locks: LockManager): () => void {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  void locks.request(WRITING_LOCK, { mode: 'shared' }, () => over);
  return () => end();
}

/** Resolves once no tab writes an answer. `onWait` is called when that is not now. */
export async function whenNobodyWrites(locks: LockManager, onWait: () => void): Promise<void> {
  const isFree = (): Promise<boolean> => locks.request(WRITING_LOCK, { ifAvailable: true }, (lock) => lock !== null);
  if (await isFree()) return;
  onWait();
  // An answer that began while we waited stands behind us in the line: it is waited for in the next round.
  do await locks.request(WRITING_LOCK, () => undefined);
  while (!(await isFree()));
}
