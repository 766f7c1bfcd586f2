import type { Toasts } from './toasts.ts';

/** What the worker keeps of the page. What it keeps of a person is in IndexedDB, which stays. */
const SHELL_CACHES = /^(?:layover-shell|workbox-precache)/;

/**
 * `?nosw`: takes every worker of this origin away, should one ever stand in the way, and says so. A page that one still answers for
 * is loaded once more, past it. A lazy chunk.
 */
export async function leaveWorkers(parts: {
  container: ServiceWorkerContainer;
  caches: CacheStorage;
  toasts: Toasts;
  /** Loads the page again; null when that was done already. */
  loadAgain: (() => void) | null;
}): Promise<void> {
  const { container, caches, toasts, loadAgain } = parts;
  const registrations = await container.getRegistrations();
  await Promise.all(registrations.map((registration) => registration.unregister()));
  const names = await caches.keys();
  await Promise.all(names.filter((name) => SHELL_CACHES.test(name)).map((name) => caches.delete(name)));
  if (container.controller !== null && loadAgain !== null) return loadAgain();
  toasts.show({
    text: 'Layover works without its worker here, and opens only with a line. What is saved and what waits is still there. Open it without ?nosw to have the worker back.',
    stays: true,
  });
}
