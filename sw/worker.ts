import * as z from 'zod/mini';
import { systemClock } from '#shared/clock.ts';
import { OUTBOX_SYNC_TAG } from '#shared/worker-messages.ts';
import { forgetPolicy, givePolicy } from '#device/policy.ts';
import { isAsk, isRouters } from './addresses.ts';
import './later.ts';
import { openNotice } from './notice.ts';
import { bringPlay, openWorkerDevice, type WorkerScope } from './open-device.ts';
import { SecondScript } from './second-script.ts';
import { openShell, type ShellFile } from './shell.ts';
import { TravelStrategy } from './travel-strategy.ts';

declare const self: WorkerScope & { __WB_MANIFEST: ShellFile[] };

// zod would try `new Function`, which our Content-Security-Policy forbids and reports.
z.config({ jitless: true });

const script = new SecondScript(self, systemClock);

let device = openWorkerDevice(self, script, begin);

/** A scenario killed the device: another takes its place, as another worker would. */
function begin(): void {
  device = openWorkerDevice(self, script, begin);
  wake();
}

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
      return isAsk(url.pathname) ? script.noted(new TravelStrategy(device).handle({ event, request })) : null;
    case 'DELETE':
      return url.pathname === '/api/session' ? changeSession(request) : null;
    case 'GET': {
      // The page reads the policy through us, so that both go by the same one.
      if (url.pathname === '/api/travel') return givePolicy(device, request);
      if (url.pathname.startsWith('/link/')) return changeSession(request);
      const isPage = request.mode === 'navigate' && !isRouters(url.pathname);
      // Whoever wants the page without us gets it from the network, whatever is wrong with ours.
      const key = isPage && url.searchParams.has('nosw') ? null : shell.keyOf(url.pathname, isPage);
      return key === null ? null : shell.find(key).then((found) => found ?? fetch(request));
    }
    default:
      return null;
  }
}

/**
 * Passes on what ends a session or begins another. Whoever comes by a sign-in link is not the one whose policy is known here: nothing
 * of theirs is shown until that is clear.
 */
async function changeSession(request: Request): Promise<Response> {
  const response = await fetch(request);
  // A link that signs nobody in leads to no other page.
  if (request.method === 'DELETE' || response.type === 'opaqueredirect') await forgetPolicy(device);
  return response;
}

self.addEventListener('install', (event) => {
  event.waitUntil(Promise.all([shell.install(), bringPlay(self), script.bring()]));
  // The first worker of all has no page of an older one to break; any later one waits to be told.
  if (self.registration.active === null) event.waitUntil(self.skipWaiting());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(shell.activate());
  event.waitUntil(self.clients.claim().then(ruled));
});

/** The one message that a worker must understand by this script alone: without it no other would ever take its place. */
const skipSchema = z.object({ type: z.literal('SKIP_WAITING') });

self.addEventListener('message', (event) => {
  const skip = skipSchema.safeParse(event.data).success;
  event.waitUntil(skip ? self.skipWaiting() : script.bring().then(({ hear }) => hear(device, event.data)));
});

async function ruled(): Promise<void> {
  await (await script.bring()).refreshPolicy(device);
}

self.addEventListener('sync', (event) => {
  if (event.tag === OUTBOX_SYNC_TAG) event.waitUntil(drain());
});

self.addEventListener('notificationclick', (event) => {
  event.waitUntil(openNotice(self, event.notification));
});

// Whatever woke the worker may be the first sign of a line: what waits is tried, and the pages hear how things are. An ask that woke
// it goes first.
function wake(): void {
  script
    .bringQuietly()
    .then(drain)
    .catch((failure: unknown) => void failure);
}

async function drain(): Promise<void> {
  const { replay, tellState } = await script.bring();
  await replay(device, null).catch(() => tellState(device));
}
wake();
