import type { Desk, Service } from '../../../src/package/service.ts';
import { openForeignService } from '../../../src/package/foreign-service.ts';
import { openOwnService } from '../../../src/package/own-service.ts';
import { serveCommand } from '../../../src/package/desk.ts';
import { checkOptions, type AskEvent, type TravelModeOptions } from '../../../src/package/options.ts';
import type { Command, SuppliedHeaders } from '../../../src/package/messages.ts';
import type { KeptAsk, TravelState } from '../../../src/package/page-api.ts';
import { fakeClock, type FakeClock } from '../clock.ts';
import { freshPlace } from '../device/place.ts';
import { seededRandom } from '../random.ts';

export const APP_ORIGIN = 'https://app.test';

/** Somebody's app with travel mode in its worker: one disk, one clock, a network that a test spoils, pages that supply headers. */
export interface App {
  clock: FakeClock;
  factory: IDBFactory;
  /** Every request that left the device, as `METHOD address`. */
  sent: string[];
  events: AskEvent[];
  /** What the network does; the real one is `fetch`. */
  network: (request: Request) => Promise<Response>;
  /** Headers of the pages that are open. */
  pages: SuppliedHeaders[];
  ask(url: string, body: object, headers?: Record<string, string>): Promise<Response>;
  owns(url: string, init?: RequestInit): boolean;
  say(layover: Command['layover'], headers?: SuppliedHeaders | null): Promise<unknown>;
  list(headers?: SuppliedHeaders | null): Promise<KeptAsk[]>;
  state(headers?: SuppliedHeaders | null): Promise<TravelState>;
  /** Everything that goes on though the answer is out. */
  over(): Promise<void>;
  /** Turns the event loop until this is done; moves time on by `stepMs` at each turn. */
  drive<T>(work: Promise<T>, stepMs?: number): Promise<T>;
  /** Another worker over the same disk. */
  restart(changes?: Partial<TravelModeOptions>): void;
}

export const lineDown = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));

export function openApp(options: TravelModeOptions, network: App['network'] = (request) => fetch(request)): App {
  const clock = fakeClock();
  const { factory } = freshPlace();
  const works: Promise<unknown>[] = [];
  let service: Service<Desk>;
  const app: App = {
    clock,
    factory,
    sent: [],
    events: [],
    network,
    pages: [],
    ask: (url, body, headers = {}) =>
      app.drive(
        service.answer(
          new Request(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
            body: JSON.stringify(body),
          }),
          (work) => void works.push(work),
        ),
      ),
    owns: (url, init = { method: 'POST', headers: { 'content-type': 'application/json' } }) =>
      service.owns(new Request(url, init)),
    say: (layover, headers = null) => app.drive(serveCommand(service, { layover, headers })),
    list: async (headers) => (await app.say({ type: 'list' }, headers)) as KeptAsk[],
    state: async (headers) => (await app.say({ type: 'state' }, headers)) as TravelState,
    async over() {
      while (works.length > 0) await app.drive(Promise.allSettled(works.splice(0)), 20);
    },
    async drive(work, stepMs = 0) {
      let done = false;
      const finished = work.finally(() => (done = true));
      finished.catch((failure: unknown) => void failure);
      while (!done) await (stepMs === 0 ? clock.settle() : clock.advance(stepMs));
      return finished;
    },
    restart(changes = {}) {
      service = begin({ ...options, ...changes });
    },
  };

  function begin(given: TravelModeOptions): Service<Desk> {
    checkOptions(given);
    const host = {
      fetch: (request: Request) => {
        app.sent.push(`${request.method} ${request.url}`);
        return app.network(request);
      },
      clock,
      random: seededRandom(5),
      factory,
      subtle: crypto.subtle,
      locks: null,
      post: () => undefined,
      registerSync: async () => undefined,
      origin: APP_ORIGIN,
      startedMonotonicMs: 0,
      askPages: async () => app.pages,
    };
    // What a service is given back is what it gave out.
    return 'router' in given
      ? openOwnService(given, host)
      : openForeignService({ onEvent: (event) => void app.events.push(event), ...given }, host);
  }

  app.restart();
  return app;
}

/** Text of a completion, or of a stream. */
export async function wordsOf(app: App, response: Response): Promise<string> {
  const text = await app.drive(response.text());
  if (!response.headers.get('content-type')?.includes('event-stream')) {
    return (JSON.parse(text) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? '';
  }
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)) as { choices?: { delta?: { content?: string } }[] })
    .map((chunk) => chunk.choices?.[0]?.delta?.content ?? '')
    .join('');
}
