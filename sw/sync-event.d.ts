/** Background Sync, which TypeScript's WebWorker library lacks. Chromium only; everything works without it. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
  readonly lastChance: boolean;
}

interface SyncManager {
  register(tag: string): Promise<void>;
}

interface ServiceWorkerRegistration {
  readonly sync?: SyncManager;
}

interface ServiceWorkerGlobalScopeEventMap {
  sync: SyncEvent;
}

interface ImportMeta {
  readonly env: { readonly DEV: boolean };
}
