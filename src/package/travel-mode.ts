import { OUTBOX_SYNC_TAG } from '#shared/worker-messages.ts';
import { hold } from '../../sw/hold.ts';
import { serveCommand } from './desk.ts';
import { commandSchema } from './messages.ts';
import type { TravelMode, WorkerEvent } from './options.ts';
import type { Desk, Host, Service } from './service.ts';

/** The parts of a worker's events that are read here. */
interface FetchLike extends WorkerEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface MessageLike extends WorkerEvent {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}
interface SyncLike extends WorkerEvent {
  readonly tag: string;
}

/** Travel mode over a service, by the events of somebody's worker. */
export function openTravelMode<D extends Desk>(service: Service<D>, { clock }: Pick<Host, 'clock'>): TravelMode {
  function answer(event: FetchLike): boolean {
    if (!service.owns(event.request)) return false;
    const beganMs = clock.monotonic();
    const works: Promise<unknown>[] = [];
    const response = service.answer(event.request, (work) => void works.push(work));
    event.respondWith(response);
    // One promise for all that is still to come: an event takes no other once its answer is out.
    event.waitUntil(hold(ended(response, works), clock, beganMs));
    return true;
  }

  function heed(event: MessageLike): boolean {
    const command = commandSchema.safeParse(event.data);
    const [port] = event.ports;
    if (!command.success || port === undefined) return false;
    port.postMessage({ kind: 'heard' });
    event.waitUntil(
      serveCommand(service, command.data).then(
        (value) => port.postMessage({ kind: 'done', value }),
        (thrown: unknown) => port.postMessage({ kind: 'failed', message: sentenceOf(thrown) }),
      ),
    );
    return true;
  }

  function drain(event: SyncLike): boolean {
    if (event.tag !== OUTBOX_SYNC_TAG) return false;
    event.waitUntil(service.drainAll());
    return true;
  }

  function handle(event: WorkerEvent): boolean {
    switch (event.type) {
      case 'fetch':
        return answer(event as FetchLike);
      case 'message':
        return heed(event as MessageLike);
      case 'sync':
        return drain(event as SyncLike);
      default:
        return false;
    }
  }

  return {
    handle,
    listen(scope) {
      for (const type of ['fetch', 'message', 'sync'] as const) {
        scope.addEventListener(type, (event) => void handle(event));
      }
    },
  };
}

/** Resolves when the answer is out and all that it left to do is done, also what was added meanwhile. */
async function ended(response: Promise<Response>, works: Promise<unknown>[]): Promise<void> {
  await Promise.allSettled([response]);
  while (works.length > 0) await Promise.allSettled(works.splice(0));
}

function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
