import type { Clock, Random } from '#shared/clock.ts';
import type { ToWorker } from '#shared/worker-messages.ts';
import type { Send } from './api.ts';
import type { WorkerClient } from './worker-client.ts';

/** Whoever answers this page's asks: the worker, this page itself with the same modules, or the bare network. */
export interface PageDevice {
  send: Send;
  tell(message: ToWorker): void;
}

export interface PageDeviceParts {
  worker: WorkerClient | null;
  /** Whether anything may be kept on this device. */
  secure: boolean;
  clock: Clock;
  random: Random;
  post: (channel: string, message: unknown) => void;
  origin: string;
}

export function createPageDevice({ worker, origin }: PageDeviceParts): PageDevice {
  return {
    send: (request) => fetch(request),
    tell(message) {
      if (worker?.tell(message) === true) return;
      // Nobody but the router can stop an ask that this page sent by the bare network.
      if (message.type === 'stop') void fetch(`${origin}/ai/${message.askId}`, { method: 'DELETE' });
    },
  };
}
