/**
 * What stands at /sw.js where the operator has switched the worker off: a worker that takes every older one away, with the page that
 * it kept, and loads the pages that were under it again, from here. It never touches IndexedDB: conversations, saved answers and
 * waiting asks stay, and the page without a worker goes on with them.
 */
export const WORKER_OFF = `self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(leave()));

async function leave() {
  for (const name of await caches.keys()) {
    if (/^(?:layover-shell|workbox-precache)/.test(name)) await caches.delete(name);
  }
  await self.registration.unregister();
  // Only pages under an older worker are ours here; one that was just opened is not, so nothing is loaded without end.
  for (const client of await self.clients.matchAll({ type: 'window' })) void client.navigate(client.url);
}
`;
