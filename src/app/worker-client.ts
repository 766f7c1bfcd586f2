import { Workbox } from 'workbox-window';
import type { Clock } from '#shared/clock.ts';
import type { ToWorker } from '#shared/worker-messages.ts';

/** What happened to the worker, for the page to act on. */
export type WorkerEvent =
  /** A worker answers this page's requests from now on. */
  | { kind: 'in-charge' }
  /** A new version is installed and waits for the person's word. */
  | { kind: 'update-ready' }
  /** Another tab let a new version take over. */
  | { kind: 'replaced' }
  /** The person agreed to the new version and it is in charge: load the page again. */
  | { kind: 'reload' };

export interface WorkerClient {
  /** Whether a worker answers this page's requests now. */
  inCharge(): boolean;
  /** Whether a newer version is installed and waits for the person's word. */
  updateWaits(): boolean;
  /** Says it to the worker in charge; false when there is none. */
  tell(message: ToWorker): boolean;
  /** Lets the waiting version take over; `reload` follows. */
  acceptUpdate(): void;
  /** Asks whether there is a new version: a page that stays open for days never navigates. */
  lookForUpdate(): void;
}

export interface WorkerParts {
  container: ServiceWorkerContainer;
  script: string;
  type: WorkerType;
  onEvent: (event: WorkerEvent) => void;
  clock: Pick<Clock, 'after'>;
}

/** Waits before another try to install the first worker, in milliseconds: doubling up to the longest. */
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 300_000;

/** Registers the worker and follows it. The only file that knows `navigator.serviceWorker`. */
export function connectWorker({ container, script, type, onEvent, clock }: WorkerParts): WorkerClient {
  const options: RegistrationOptions = { type, scope: '/', updateViaCache: 'none' };
  const workbox = new Workbox(script, options);
  let registration: ServiceWorkerRegistration | undefined;
  let accepted = false;
  let had = container.controller !== null;

  // Not by the event's `isUpdate`: it is false for the first update of a first visit (vite-plugin-pwa#789).
  workbox.addEventListener('controlling', () => {
    if (accepted) return onEvent({ kind: 'reload' });
    onEvent({ kind: had ? 'replaced' : 'in-charge' });
    had = true;
  });
  const follow = (own: ServiceWorkerRegistration | undefined, retryMs: number): void => {
    registration = own;
    if (own === undefined) return;
    followInstalls(own, {
      onWaiting: () => onEvent({ kind: 'update-ready' }),
      // A browser takes a registration away with its first worker, and tries by itself only when the page is loaded again.
      onFailed: () => void clock.after(retryMs, () => void again(Math.min(LONGEST_RETRY_MS, retryMs * 2))),
    });
  };
  const again = (retryMs: number): Promise<void> =>
    container
      .register(script, options)
      .then((own) => follow(own, retryMs))
      .catch(() => void clock.after(retryMs, () => void again(Math.min(LONGEST_RETRY_MS, retryMs * 2))));
  void workbox
    .register({ immediate: true })
    .then((own) => follow(own, FIRST_RETRY_MS))
    // A browser may forbid workers (private window, a policy): the page then does without, and says so in its line.
    .catch((cause: unknown) => console.warn('Layover works without its service worker.', cause));

  return {
    inCharge: () => container.controller !== null,
    updateWaits: () => registration?.waiting != null,
    tell(message) {
      container.controller?.postMessage(message);
      return container.controller !== null;
    },
    acceptUpdate() {
      // Another tab was quicker.
      if (registration?.waiting == null) return onEvent({ kind: 'reload' });
      accepted = true;
      workbox.messageSkipWaiting();
    },
    // Without a line there is nothing to see.
    lookForUpdate: () => void registration?.update().catch((failure: unknown) => void failure),
  };
}

/** Calls back for each version that waits, and for a first one that failed. Workbox's own event stops after the first that came while the page was open. */
function followInstalls(
  registration: ServiceWorkerRegistration,
  { onWaiting, onFailed }: { onWaiting: () => void; onFailed: () => void },
): void {
  const look = (): void => {
    // The first worker of all does not wait.
    if (registration.waiting !== null && registration.active !== null) onWaiting();
  };
  look();
  const follow = (): void => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') look();
      if (installing.state === 'redundant' && registration.active === null) onFailed();
    });
  };
  follow();
  registration.addEventListener('updatefound', follow);
}
