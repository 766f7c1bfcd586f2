import type { Clock, Random } from '#shared/clock.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import type { ToWorker } from '#shared/worker-messages.ts';
import { heed, openDevice } from '#device/device.ts';
import { keepPolicyResponse, knownPolicy } from '#device/policy.ts';
import { travel } from '#device/travel.ts';

/** What the page does itself while no worker answers it. A lazy chunk. */
export interface OwnDevice {
  send(request: Request): Promise<Response>;
  heed(message: ToWorker): Promise<void>;
  /** The policy this device goes by; null until one was fetched. */
  knownPolicy(): Promise<TravelPolicy | null>;
}

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
    bringPlay: async () => (await import('#device/simulator/play.ts')).play,
  });
  return {
    async send(request) {
      const { pathname } = new URL(request.url);
      if (request.method === 'POST' && pathname === '/ai') {
        return travel(request, device, (work) => {
          work.catch((failure: unknown) => console.warn('What was answered is not kept on this device.', failure));
        });
      }
      const response = await device.simulator.fetch(request);
      if (pathname === '/api/travel') await keepPolicyResponse(device, response.clone());
      return response;
    },
    heed: (message) => heed(device, message),
    knownPolicy: () => knownPolicy(device),
  };
}
