import type { ReadonlySignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import type { Toasts } from './toasts.ts';
import type { WorkerClient, WorkerEvent } from './worker-client.ts';
import { whenNobodyWrites } from './writing.ts';

export interface UpdateParts {
  worker: () => WorkerClient | null;
  toasts: Toasts;
  clock: Clock;
  /** Whether an answer is being written in this tab. */
  writing: ReadonlySignal<boolean>;
  locks: () => LockManager;
  /** Loads the page again, with what is typed. */
  loadAgain: () => void;
}

/** How a new version comes to this page: offered, never forced. */
export interface Update {
  heed(event: Exclude<WorkerEvent, { kind: 'in-charge' }>): void;
  /** A lazy part of this page cannot be had: it is of an old version, or there is no line. */
  missPart(): void;
  /** Looks for a new version, once an hour at most. */
  look(): void;
}

/** Least time between two looks for a new version, in milliseconds. */
const LOOK_EVERY_MS = 3_600_000;

export function createUpdate({ worker, toasts, clock, writing, locks, loadAgain }: UpdateParts): Update {
  let lookDueMs = clock.monotonic() + LOOK_EVERY_MS;

  function offer(what: string, word: string, run: () => void): void {
    toasts.show({ text: `${what} Your draft is safe.`, action: { word, run }, stays: true });
  }

  /** An answer that is being written, in whichever tab, comes to its end first. */
  async function takeOver(): Promise<void> {
    await whenNobodyWrites(locks(), () =>
      toasts.show({ text: 'The new version takes over once the answer that is being written is there.', stays: true }),
    );
    worker()?.acceptUpdate();
  }

  return {
    heed({ kind }) {
      if (kind === 'update-ready') offer('A new version is ready.', 'Use it', () => void takeOver());
      // An answer may have begun in the moment between.
      else if (kind === 'replaced' || writing.value) offer('A new version is in use.', 'Load again', loadAgain);
      else loadAgain();
    },
    missPart: () => offer('A part of this page could not be loaded.', 'Load again', loadAgain),
    look() {
      if (clock.monotonic() < lookDueMs) return;
      lookDueMs = clock.monotonic() + LOOK_EVERY_MS;
      worker()?.lookForUpdate();
    },
  };
}
