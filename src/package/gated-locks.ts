import { OUTBOX_LOCK } from '#shared/worker-messages.ts';
import type { DeviceParts } from '#device/parts.ts';
import type { SuppliedHeaders } from './messages.ts';

type Locks = NonNullable<DeviceParts['locks']>;
type Run = (lock: Lock | null) => Promise<unknown>;

/** Who may send what waits, and with which headers. */
export interface Gate {
  scope: string;
  /** Headers of a page that speaks for this person; null while none does. */
  supply: () => Promise<SuppliedHeaders | null>;
  /** Takes them while the outbox is held, and null afterwards. */
  use: (headers: SuppliedHeaders | null) => void;
}

/**
 * Web Locks under which nobody gets the outbox while no page supplies headers: credentials are never stored, so what waits cannot be
 * sent without one. Each person's outbox is locked by itself.
 */
export function gatedLocks(locks: Locks | null, { scope, supply, use }: Gate): Locks {
  let held = false;

  async function hold(run: Run, headers: SuppliedHeaders): Promise<unknown> {
    use(headers);
    try {
      return await run({ name: OUTBOX_LOCK, mode: 'exclusive' });
    } finally {
      use(null);
    }
  }

  async function request(name: string, options: LockOptions, run: Run): Promise<unknown> {
    if (name !== OUTBOX_LOCK) return locks === null ? run(null) : locks.request(name, options, run);
    if (held) return run(null);
    held = true;
    try {
      const headers = await supply();
      if (headers === null) return await run(null);
      if (locks === null) return await hold(run, headers);
      // The worker of the version before may still be at it.
      return await locks.request(`${name}/${scope}`, options, (lock) =>
        lock === null ? run(null) : hold(run, headers),
      );
    } finally {
      held = false;
    }
  }

  return { request: request as Locks['request'] };
}
