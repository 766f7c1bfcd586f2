import type { Clock, Random } from '#shared/clock.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import type { ToWorker } from '#shared/worker-messages.ts';
import { heed, openDevice } from '#device/device.ts';
import type { Place } from '#device/database.ts';
import { laterParts } from '#device/later.ts';
import type { Device } from '#device/parts.ts';
import { forgetPolicy, keepPolicyResponse, knownPolicy, placeOf } from '#device/policy.ts';
import { finishSignOut, signOutDue } from '#device/sign-out.ts';
import { flushEvents } from '#device/telemetry-buffer.ts';
import { travel } from '#device/travel.ts';
import { removeDatabase, wipePerson } from '#device/wipe.ts';
import { showPageNotice, type PageScope } from '../notify/page-notice.ts';

/** What the page does itself while no worker answers it. A lazy chunk. */
export interface OwnDevice {
  /** This device as the page itself holds it: what prepares a journey finds keys and storage by it. */
  device: Device;
  send(request: Request): Promise<Response>;
  heed(message: ToWorker): Promise<void>;
  /** The policy this device goes by; null until one was fetched. */
  knownPolicy(): Promise<TravelPolicy | null>;
  /** Whoever was signed in is no longer: their policy is not known here from now on, and what they kept stays sealed. */
  forgetPolicy(): Promise<void>;
  /** Ends a sign-out that could not be told; `onDue` is called first when there is one. True when none is outstanding any more. */
  finishSignOut(onDue: () => void): Promise<boolean>;
  /**
   * Removes what the person of this database keeps here, null for the one last signed in; events that wait are sent before, where
   * that takes no time.
   */
  wipe(database: string | null): Promise<void>;
}

/** Milliseconds that a sign-out gives the events to be sent. */
const LAST_EVENTS_MS = 2_000;

export function openOwnDevice(parts: {
  fetch: (request: Request) => Promise<Response>;
  clock: Clock;
  random: Random;
  post: (channel: string, message: unknown) => void;
  origin: string;
}): OwnDevice {
  const device = openDevice({
    ...parts,
    factory: indexedDB,
    subtle: crypto.subtle,
    locks: 'locks' in navigator ? navigator.locks : null,
    // Background Sync belongs to the worker. What waits goes when this page sees the line again.
    registerSync: async () => undefined,
    notify: async (conversationId, answered) => showPageNotice(noticeScope, conversationId, answered),
    later: async () => laterParts,
    bringPlay: async () => (await import('#device/simulator/play.ts')).play,
  });
  return {
    device,
    async send(request) {
      const { pathname } = new URL(request.url);
      if (request.method === 'POST' && pathname === '/ai') {
        return travel(request, device, (work) => {
          work.catch((failure: unknown) => console.warn('What was answered is not kept on this device.', failure));
        });
      }
      const since = device.comings;
      const response = await device.simulator.fetch(request);
      if (pathname === '/api/travel') await keepPolicyResponse(device, response.clone(), since);
      return response;
    },
    heed: (message) => heed(device, message),
    knownPolicy: () => knownPolicy(device),
    forgetPolicy: () => forgetPolicy(device),
    async finishSignOut(onDue) {
      const database = await signOutDue(device);
      if (database === null) return true;
      onDue();
      // Should the page have died, or a tab held it open, when it was to be removed.
      await removeDatabase(device, database);
      return finishSignOut(device);
    },
    async wipe(database) {
      const place: Place | null =
        database === null
          ? await placeOf(device, await knownPolicy(device))
          : { ...device.meta, name: database, vault: device.vault(database) };
      let cancel = (): void => undefined;
      const enough = new Promise<void>((resolve) => {
        cancel = device.clock.after(LAST_EVENTS_MS, resolve);
      });
      // Without a line they go unsent: of somebody who leaves nothing stays behind.
      await Promise.race([flushEvents(device, place, null).catch((failure: unknown) => void failure), enough]);
      cancel();
      await wipePerson(device, place?.name ?? '');
    },
  };
}

const noticeScope: PageScope = {
  hidden: () => document.visibilityState !== 'visible',
  make: 'Notification' in globalThis ? (title, options) => new Notification(title, options) : null,
  open(path) {
    globalThis.focus();
    location.assign(path);
  },
};
