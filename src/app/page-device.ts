import type { Clock, Random } from '#shared/clock.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import type { ToWorker } from '#shared/worker-messages.ts';
import type { Send } from './api.ts';
import type { OwnDevice } from './own-device.ts';
import type { WorkerClient } from './worker-client.ts';

/** Whoever answers this page's asks: the worker, this page itself with the same modules, or the bare network. */
export interface PageDevice {
  send: Send;
  tell: (message: ToWorker) => void;
  /** The policy this device went by last time; null when it knows none. */
  knownPolicy: () => Promise<TravelPolicy | null>;
  /** Ends an earlier sign-out that the router has not heard of; `onDue` is called when there is one. False while it cannot. */
  finishSignOut: (onDue: () => void) => Promise<boolean>;
  /** The modules of this page itself; null where nothing may be kept. */
  own: () => Promise<OwnDevice | null>;
}

export interface PageDeviceParts {
  worker: WorkerClient | null;
  /** Whether anything may be kept on this device. */
  secure: boolean;
  fetch: (request: Request) => Promise<Response>;
  clock: Clock;
  random: Random;
  post: (channel: string, message: unknown) => void;
  origin: string;
}

export function createPageDevice(parts: PageDeviceParts): PageDevice {
  const { worker, secure, origin } = parts;
  let own: Promise<OwnDevice> | null = null;
  const openOwn = (): Promise<OwnDevice> =>
    (own ??= import('./own-device.ts').then(({ openOwnDevice }) => openOwnDevice(parts)));

  return {
    async send(request) {
      if (!secure || worker?.inCharge() === true || !isTravelled(request)) return parts.fetch(request);
      return (await openOwn()).send(request);
    },
    tell(message) {
      if (worker?.tell(message) === true) return;
      const failed = (failure: unknown): void => console.warn(`\`${message.type}\` could not be done.`, failure);
      if (secure)
        void openOwn()
          .then((device) => device.heed(message))
          // A worker that came in charge meanwhile looks at what was begun without it.
          .then(() => worker?.tell({ type: 'tell' }))
          .catch(failed);
      // Nobody but the router can stop an ask that this page sent by the bare network.
      else if (message.type === 'stop') {
        parts.fetch(new Request(`${origin}/ai/${message.askId}`, { method: 'DELETE' })).catch(failed);
      }
    },
    own: () => (secure ? openOwn() : Promise.resolve(null)),
    async finishSignOut(onDue) {
      // Where storage is closed to us nothing was kept that could be outstanding.
      return secure
        ? openOwn().then(
            (device) => device.finishSignOut(onDue),
            () => true,
          )
        : true;
    },
    async knownPolicy() {
      if (!secure) return null;
      try {
        return await (await openOwn()).knownPolicy();
      } catch {
        // Storage is closed to us: then no policy is known here.
        return null;
      }
    },
  };
}

/** What the device modules have a say in: the asks, and the policy they go by. */
function isTravelled(request: Request): boolean {
  const { pathname } = new URL(request.url);
  return pathname === '/ai' || pathname === '/api/travel';
}
