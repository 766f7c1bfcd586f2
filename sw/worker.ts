import * as z from 'zod/mini';
import { PrecacheController, type PrecacheEntry } from 'workbox-precaching';
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

const travelMode = new TravelStrategy(device);

const precache = new PrecacheController();
precache.addToCacheList(self.__WB_MANIFEST);
// In development nothing is precached, and the page comes from its own server.
const givePage = import.meta.env.DEV ? null : precache.createHandlerBoundToURL('index.html');

self.addEventListener('fetch', (event) => {
  const answer = answerTo(event);
  if (answer !== null) event.respondWith(answer);
});

/** Who answers a request; null for the network. */
function answerTo(event: FetchEvent): Promise<Response> | null {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return null;
  switch (request.method) {
    case 'POST':
      return ASK_PATHS.has(url.pathname) ? travelMode.handle({ event, request }) : null;
    case 'DELETE':
      return url.pathname === '/api/session' ? endSession(request) : null;
    case 'GET': {
      // The page reads the policy through us, so that both go by the same one.
      if (url.pathname === '/api/travel') return givePolicy(device, request);
      const cacheKey = precache.getCacheKeyForURL(url.href);
      if (cacheKey !== undefined) return precache.strategy.handle({ event, request, params: { cacheKey } });
      const isPage = request.mode === 'navigate' && !ROUTER_PATHS.some((path) => path.test(url.pathname));
      return isPage && givePage !== null ? givePage({ event, request, url }) : null;
    }
    default:
      return null;
  }
}

async function endSession(request: Request): Promise<Response> {
  const response = await fetch(request);
  await forgetPolicy(device);
  return response;
}

self.addEventListener('install', (event) => {
  void precache.install(event);
  // The first worker of all has no page of an older one to break; any later one waits to be told.
  if (self.registration.active === null) event.waitUntil(self.skipWaiting());
});

self.addEventListener('activate', (event) => {
  void precache.activate(event);
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
