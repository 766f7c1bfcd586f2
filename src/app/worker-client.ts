import { Workbox } from 'workbox-window';
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
  /** Says it to the worker in charge; false when there is none. */
  tell(message: ToWorker): boolean;
  /** Lets the waiting version take over. */
  acceptUpdate(): void;
}

export interface WorkerParts {
  container: ServiceWorkerContainer;
  script: string;
  type: WorkerType;
  onEvent: (event: WorkerEvent) => void;
}

/** Registers the worker and follows it. The only file that knows `navigator.serviceWorker`. */
export function connectWorker({ container, script, type, onEvent }: WorkerParts): WorkerClient {
  const workbox = new Workbox(script, { type, scope: '/', updateViaCache: 'none' });
  let accepted = false;
  let had = container.controller !== null;

  workbox.addEventListener('waiting', () => onEvent({ kind: 'update-ready' }));
  // Not by the event's `isUpdate`: it is false for the first update of a first visit (vite-plugin-pwa#789).
  workbox.addEventListener('controlling', () => {
    if (accepted) return onEvent({ kind: 'reload' });
    onEvent({ kind: had ? 'replaced' : 'in-charge' });
    had = true;
  });
  void workbox
    .register({ immediate: true })
    // A browser may forbid workers (private window, a policy): the page then does without, and says so in its line.
    .catch((cause: unknown) => console.warn('Layover works without its service worker.', cause));

  return {
    inCharge: () => container.controller !== null,
    tell(message) {
      container.controller?.postMessage(message);
      return container.controller !== null;
    },
    acceptUpdate() {
      accepted = true;
      workbox.messageSkipWaiting();
    },
  };
}
