import * as z from 'zod/mini';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { OUTBOX_SYNC_TAG, toWorkerSchema } from '#shared/worker-messages.ts';
import { heed, openDevice, replay, tellState } from '#device/device.ts';
import type { Device } from '#device/parts.ts';
import { forgetPolicy, givePolicy, refreshPolicy } from '#device/policy.ts';
import type { Play } from '#device/simulator.ts';
import { play } from '#device/simulator/play.ts';
import { openNotice, showNotice } from './notice.ts';
import { openShell, type ShellFile } from './shell.ts';
import { TravelStrategy } from './travel-strategy.ts';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: ShellFile[]; layoverPlay?: Play };

// zod would try `new Function`, which our Content-Security-Policy forbids and reports.
z.config({ jitless: true });

const channels = new Map<string, BroadcastChannel>();

let device = open();

function open(): Device {
  return openDevice({
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
    // A person who has taken the leave back meanwhile is not told.
    notify: (conversationId, answered) => showNotice(self, conversationId, answered).catch(() => undefined),
    // The worker's own clock began with it.
    startedMonotonicMs: 0,
    bringPlay,
    killed() {
      device.tell = () => undefined;
      device = open();
      wake();
    },
    origin: self.location.origin,
  });
}

/** A worker may bring in only what it brought in while it was installed. One in development is a module and cannot. */
async function bringPlay(): Promise<Play> {
  if (import.meta.env.DEV) return play;
  if (self.layoverPlay === undefined) importScripts('/simulator.js');
  if (self.layoverPlay === undefined) throw new TypeError('`/simulator.js` brings nothing.');
  return self.layoverPlay;
}

/** Addresses that belong to the router: no page of ours stands there. */
const ROUTER_PATHS = [/^\/(api|v1|ai|link|status|telemetry)(\/|$)/, /^\/(healthz|readyz|metrics)$/];

const ASK_PATHS = new Set(['/ai', '/v1/chat/completions']);

const shell = openShell({
  caches,
  fetch: (url, init) => fetch(url, init),
  origin: self.location.origin,
  // In development nothing is kept, and the page comes from its own server.
  files: import.meta.env.DEV ? [] : self.__WB_MANIFEST,
});

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
      return ASK_PATHS.has(url.pathname) ? new TravelStrategy(device).handle({ event, request }) : null;
    case 'DELETE':
      return url.pathname === '/api/session' ? endSession(request) : null;
    case 'GET': {
      // The page reads the policy through us, so that both go by the same one.
      if (url.pathname === '/api/travel') return givePolicy(device, request);
      const isPage = request.mode === 'navigate' && !ROUTER_PATHS.some((path) => path.test(url.pathname));
      // Whoever wants the page without us gets it from the network, whatever is wrong with ours.
      const key = isPage && url.searchParams.has('nosw') ? null : shell.keyOf(url.pathname, isPage);
      return key === null ? null : shell.find(key).then((found) => found ?? fetch(request));
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
  event.waitUntil(shell.install());
  event.waitUntil(bringPlay());
  // The first worker of all has no page of an older one to break; any later one waits to be told.
  if (self.registration.active === null) event.waitUntil(self.skipWaiting());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(shell.activate());
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

self.addEventListener('notificationclick', (event) => {
  event.waitUntil(openNotice(self, event.notification));
});

// Whatever woke the worker may be the first sign of a line: what waits is tried, and the pages hear how things are.
function wake(): void {
  void replay(device, null)
    .catch(() => tellState(device))
    .catch((failure: unknown) => void failure);
}
wake();
