import * as z from 'zod/mini';
import type { Clock } from '#shared/clock.ts';
import { HEADERS_WANTED, type Command, type SuppliedHeaders } from './messages.ts';

/** Milliseconds until a worker is in charge, and until it says that it has heard. */
const HEARD_LIMIT_MS = 5_000;

const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('heard') }),
  z.object({ kind: z.literal('done'), value: z.optional(z.unknown()) }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);

const wantedSchema = z.object({ type: z.literal(HEADERS_WANTED) });

export interface WorkerLine {
  /** Says it to the worker in charge; rejects with a sentence where there is none, or it has no travel mode, or it cannot be done. */
  say(command: Command['layover']): Promise<unknown>;
  close(): void;
}

/** The line between a page and the travel mode of its worker, both ways. */
export function openWorkerLine(
  container: ServiceWorkerContainer,
  clock: Clock,
  supply: () => Promise<SuppliedHeaders | null>,
): WorkerLine {
  const onMessage = ({ data, ports: [port] }: MessageEvent<unknown>): void => {
    if (port === undefined || !wantedSchema.safeParse(data).success) return;
    void supply().then((headers) => port.postMessage({ headers }));
  };
  container.addEventListener('message', onMessage);
  container.startMessages();

  function controller(): Promise<ServiceWorker> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (container.controller === null) return;
        end();
        resolve(container.controller);
      };
      const end = (): void => {
        cancel();
        container.removeEventListener('controllerchange', look);
      };
      const cancel = clock.after(HEARD_LIMIT_MS, () => {
        end();
        reject(new Error('No service worker is in charge of this page.'));
      });
      container.addEventListener('controllerchange', look);
      look();
    });
  }

  return {
    async say(layover) {
      const worker = await controller();
      const headers = await supply();
      return new Promise((resolve, reject) => {
        const { port1, port2 } = new MessageChannel();
        const cancel = clock.after(HEARD_LIMIT_MS, () => {
          port1.close();
          reject(new Error('The service worker of this page has no travel mode.'));
        });
        port1.onmessage = ({ data }) => {
          const reply = replySchema.safeParse(data);
          if (!reply.success) return;
          cancel();
          if (reply.data.kind === 'heard') return;
          port1.close();
          if (reply.data.kind === 'done') resolve(reply.data.value);
          else reject(new Error(reply.data.message));
        };
        worker.postMessage({ layover, headers } satisfies Command, [port2]);
      });
    },
    close: () => container.removeEventListener('message', onMessage),
  };
}
