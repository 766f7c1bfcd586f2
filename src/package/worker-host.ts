import { systemClock, systemRandom } from '#shared/clock.ts';
import { DEVICE_CHANNEL, OUTBOX_SYNC_TAG } from '#shared/worker-messages.ts';
import { HEADERS_WANTED, suppliedSchema, type SuppliedHeaders } from './messages.ts';
import type { Host } from './service.ts';

/** Milliseconds a page may take to supply headers. */
const SUPPLY_LIMIT_MS = 5_000;

/** Most pages that are asked. */
const MOST_PAGES = 20;

/** What is used of a service worker's global scope: TypeScript's own name for it would shut out whoever compiles with the DOM. */
export interface WorkerGlobals {
  fetch(request: Request): Promise<Response>;
  indexedDB: IDBFactory;
  crypto: Crypto;
  isSecureContext: boolean;
  navigator: { locks?: LockManager };
  location: { origin: string };
  registration: { sync?: { register(tag: string): Promise<void> } };
  clients: {
    matchAll(options: {
      type: 'window';
    }): Promise<readonly { postMessage(message: unknown, ports: MessagePort[]): void }[]>;
  };
}

/** A worker as travel mode finds it. Of its channels it uses one: the app may have a Dexie of its own, which listens on another. */
export function hostOf(scope: WorkerGlobals): Host {
  let channel: BroadcastChannel | null = null;
  return {
    fetch: (request) => scope.fetch(request),
    clock: systemClock,
    random: systemRandom,
    factory: scope.indexedDB,
    subtle: scope.isSecureContext ? scope.crypto.subtle : null,
    locks: scope.navigator.locks ?? null,
    post(name, message) {
      if (name === DEVICE_CHANNEL) (channel ??= new BroadcastChannel(name)).postMessage(message);
    },
    registerSync: async () => scope.registration.sync?.register(OUTBOX_SYNC_TAG),
    origin: scope.location.origin,
    startedMonotonicMs: 0,
    async askPages() {
      const pages = await scope.clients.matchAll({ type: 'window' });
      const supplied = await Promise.all(pages.slice(0, MOST_PAGES).map(askPage));
      return supplied.filter((headers) => headers !== null);
    },
  };
}

function askPage(page: { postMessage(message: unknown, ports: MessagePort[]): void }): Promise<SuppliedHeaders | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const end = (headers: SuppliedHeaders | null): void => {
      cancel();
      port1.close();
      resolve(headers);
    };
    const cancel = systemClock.after(SUPPLY_LIMIT_MS, () => end(null));
    port1.onmessage = ({ data }) => {
      const supplied = suppliedSchema.safeParse(data);
      end(supplied.success ? supplied.data.headers : null);
    };
    page.postMessage({ type: HEADERS_WANTED }, [port2]);
  });
}
