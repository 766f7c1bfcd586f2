import { systemClock, systemRandom } from '#shared/clock.ts';
import { OUTBOX_SYNC_TAG } from '#shared/worker-messages.ts';
import { openDevice } from '#device/device.ts';
import type { Device } from '#device/parts.ts';
import type { Later } from '#device/later.ts';
import type { Play } from '#device/simulator.ts';
import { play } from '#device/simulator/play.ts';
import { showNotice } from './notice.ts';
import type { SecondScript } from './second-script.ts';

export type WorkerScope = ServiceWorkerGlobalScope & { layoverPlay?: Play; layoverLater?: Later };

const channels = new Map<string, BroadcastChannel>();

/** The device of a worker, on what its browser gives. `killed` is told when a scenario has ended it. */
export function openWorkerDevice(scope: WorkerScope, script: SecondScript, killed: () => void): Device {
  const device = openDevice({
    fetch: (request) => scope.fetch(request),
    clock: systemClock,
    random: systemRandom,
    factory: scope.indexedDB,
    subtle: scope.isSecureContext ? scope.crypto.subtle : null,
    locks: 'locks' in scope.navigator ? scope.navigator.locks : null,
    post(name, message) {
      let channel = channels.get(name);
      if (channel === undefined) channels.set(name, (channel = new BroadcastChannel(name)));
      channel.postMessage(message);
    },
    registerSync: async () => scope.registration.sync?.register(OUTBOX_SYNC_TAG),
    // A person who has taken the leave back meanwhile is not told.
    notify: (conversationId, answered) => showNotice(scope, conversationId, answered).catch(() => undefined),
    startedMonotonicMs: 0,
    later: () => script.bring(),
    bringPlay: () => bringPlay(scope),
    killed() {
      device.tell = () => undefined;
      killed();
    },
    origin: scope.location.origin,
  });
  return device;
}

/** A worker may bring in only what it brought in while it was installed. One in development is a module and cannot. */
export async function bringPlay(scope: WorkerScope): Promise<Play> {
  if (import.meta.env.DEV) return play;
  if (scope.layoverPlay === undefined) scope.importScripts('/simulator.js');
  if (scope.layoverPlay === undefined) throw new TypeError('`/simulator.js` brings nothing.');
  return scope.layoverPlay;
}
