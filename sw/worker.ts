import * as z from 'zod/mini';
import { createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { OUTBOX_SYNC_TAG, toWorkerSchema } from '#shared/worker-messages.ts';
import { heed, openDevice, replay, tellState } from '#device/device.ts';
import { forgetPolicy, givePolicy, refreshPolicy } from '#device/policy.ts';
import { TravelStrategy } from './travel-strategy.ts';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] };

// zod would try `new Function`, which our Content-Security-Policy forbids and reports.
z.config({ jitless: true });

const channels = new Map<string, BroadcastChannel>();

const device = openDevice({
  fetch: (request) => fetch(request),
  clock: systemClock,
  random: systemRandom,
  factory: indexedDB,
  subtle: self.isSecureContext ? crypto.subtle : null,
  locks: 'locks' in navigator ? navigator.locks : null,
  post(name, message) {
    let channel = channels.get(name);
    if (channel === undefined) channels.set(name, (channel = new BroadcastChannel(name)));
    channel.postMessage(message);
  },
  registerSync: async () => self.registration.sync?.register(OUTBOX_SYNC_TAG),
  origin: self.location.origin,
});

/** Addresses that belong to the router: no page of ours stands there. */
const ROUTER_PATHS = [/^\/(api|v1|ai|link|status|telemetry)(\/|$)/, /^\/(healthz|readyz|metrics)$/];

const ASK_PATHS = new Set(['/ai', '/v1/chat/completions']);

precacheAndRoute(self.__WB_MANIFEST);
// In development nothing is precached, and the page comes from its own server.
if (!import.meta.env.DEV) {
  registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: ROUTER_PATHS }));
}

registerRoute(({ url, sameOrigin }) => sameOrigin && ASK_PATHS.has(url.pathname), new TravelStrategy(device), 'POST');

/** The page reads the policy through us, so that both go by the same one. */
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === '/api/travel',
  ({ request }) => givePolicy(device, request),
);

registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === '/api/session',
  async ({ request }) => {
    const response = await fetch(request);
    await forgetPolicy(device);
    return response;
  },
  'DELETE',
);

self.addEventListener('install', (event) => {
  // The first worker of all has no page of an older one to break; any later one waits to be told.
  if (self.registration.active === null) event.waitUntil(self.skipWaiting());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim().then(() => refreshPolicy(device)));
});

self.addEventListener('message', (event) => {
  const message = toWorkerSchema.safeParse(event.data);
  if (!message.success) return;
  event.waitUntil(message.data.type === 'SKIP_WAITING' ? self.skipWaiting() : heed(device, message.data));
});

self.addEventListener('sync', (event) => {
  if (event.tag === OUTBOX_SYNC_TAG) event.waitUntil(replay(device, null));
});

// Whatever woke the worker may be the first sign of a line: what waits is tried, and the pages hear how things are.
void replay(device, null)
  .catch(() => tellState(device))
  .catch((failure: unknown) => void failure);
