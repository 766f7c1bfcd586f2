import { mintAskId } from '#shared/ask-id.ts';
import { heed, openDevice, personalPlace, replay } from '#device/device.ts';
import { laterParts } from '#device/later.ts';
import type { Play } from '#device/simulator.ts';
import { forgetEverything } from '#device/stored.ts';
import { travel } from '#device/travel.ts';
import { answerKept } from './keeping.ts';
import type { RouterOptions } from './options.ts';
import type { Desk, Host, Service } from './service.ts';

const ASK_PATHS = ['/ai', '/v1/chat/completions'];

/** Our router: the life of an ask is that of our own worker, policy, resume, stop and telemetry included. */
export function openOwnService({ router, simulator }: RouterOptions, host: Host): Service<Desk> {
  const { origin } = new URL(router);
  const bringPlay = simulator === undefined ? null : async () => simulator as unknown as Play;
  const device = openDevice({ ...host, origin, bringPlay, later: async () => laterParts });

  function named(request: Request): Request {
    if (request.headers.has('idempotency-key')) return request;
    const headers = new Headers(request.headers);
    headers.set('idempotency-key', mintAskId(device.clock, device.random));
    return new Request(request, { headers });
  }

  return {
    owns({ method, url }) {
      const to = new URL(url);
      return method === 'POST' && to.origin === origin && ASK_PATHS.includes(to.pathname);
    },
    async answer(request, keepAlive) {
      // What a bearer leaves behind is found by nobody but that bearer, and its asks never wait.
      const place = request.headers.has('authorization') ? null : await personalPlace(device).catch(() => null);
      return answerKept(
        { device, place },
        {
          request: named(request),
          keepAlive,
          answer: (ask, hold) => device.simulator.mortal(travel(ask, device, hold)),
        },
      );
    },
    deskOf: async () => ({ device, place: await personalPlace(device) }),
    drain: (_desk, firstId) => replay(device, firstId),
    drainAll: () => replay(device, null),
    signedIn: () => heed(device, { type: 'forget-policy' }),
    async forget({ place }) {
      if (place !== null) await forgetEverything(place);
    },
  };
}
