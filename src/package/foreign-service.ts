import { sendFirst, signedIn } from '#device/outbox.ts';
import { tellState } from '#device/device.ts';
import { drainOutbox } from '#device/replay.ts';
import { travel } from '#device/travel.ts';
import { isJson } from './foreign-proof.ts';
import { takeInHand, type InHand } from './in-hand.ts';
import { answerKept } from './keeping.ts';
import type { ApiOptions, Endpoint } from './options.ts';
import { Scopes, type Scoped } from './scopes.ts';
import type { Host, Service } from './service.ts';

/** Any OpenAI-compatible API, without our router: nothing is added to an ask, and nothing is promised that only a router can keep. */
export function openForeignService(options: ApiOptions, host: Host): Service<Scoped> {
  const isEndpoint = (url: string): boolean => options.endpoints.some((endpoint) => matches(endpoint, url));
  const scopes = new Scopes(options, host, isEndpoint);
  const alarms = new Map<string, () => void>();

  async function drain(desk: Scoped, firstId: string | null): Promise<void> {
    const { device, place } = desk;
    if (place !== null && firstId !== null) await sendFirst(place, firstId);
    const nextMs = await drainOutbox(device);
    await tellState(device);
    if (nextMs !== null) rouse(desk, nextMs);
  }

  /** Sends again when the next one is due, should this worker still be alive then. */
  function rouse(desk: Scoped, atMs: number): void {
    alarms.get(desk.scope)?.();
    const delayMs = Math.min(Math.max(1_000, atMs - host.clock.now()), 2 ** 31 - 1);
    // What fails is tried again on the next occasion: an ask, a page shown, the line back.
    const run = (): void => void drain(desk, null).catch((failure: unknown) => void failure);
    alarms.set(desk.scope, host.clock.after(delayMs, run));
  }

  return {
    owns(request) {
      const type = request.headers.get('content-type') ?? '';
      return request.method === 'POST' && /^application\/json\b/i.test(type) && isEndpoint(request.url);
    },
    async answer(request, keepAlive) {
      const scoped = await scopes.open(await scopes.scopeOf(request));
      const { device, place, standIn } = scoped;
      const { hand, inner } = await takeInHand(request, host);
      standIn.hold(hand);
      const response = await answerKept(
        { device, place: options.store === 'never' ? null : place },
        {
          request: inner,
          keepAlive,
          answer: (ask, hold) => device.simulator.mortal(travel(ask, device, hold)),
          over: () => standIn.letGo(hand),
        },
      );
      return giveBack(response, hand, options);
    },
    async deskOf(headers) {
      return scopes.open(await scopes.suppliedScope(headers ?? {}));
    },
    drain,
    async drainAll() {
      for (const headers of await host.askPages()) {
        await drain(await scopes.open(await scopes.suppliedScope(headers)), null);
      }
    },
    async signedIn(desk) {
      if (desk.place !== null) await signedIn(desk.place);
      await drain(desk, null);
    },
    forget: (desk) => scopes.forget(desk),
  };
}

function matches(endpoint: Endpoint, url: string): boolean {
  if (typeof endpoint === 'function') return endpoint(url);
  if (typeof endpoint === 'string') return url === new URL(endpoint).href;
  // Not `test`: a global pattern would go on from where it last found something.
  return url.search(endpoint) !== -1;
}

/** What the device answered, as the caller is to have it: the API's own answer as it came, or ours, which says that it is. */
async function giveBack(response: Response, hand: InHand, options: ApiOptions): Promise<Response> {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  if (!headers.has('x-layover-network')) {
    headers.delete('x-layover');
    const body = isJson(response) && hand.text !== null ? hand.text : response.body;
    return new Response(body, { status, statusText, headers });
  }
  if (headers.get('x-layover-source') === 'saved' && Number(headers.get('age')) > (options.freshSeconds ?? 86_400))
    headers.set('x-layover-stale', '1');
  if (status !== 202) return new Response(response.body, { status, statusText, headers });
  const queued = (await response.json()) as { id: string; layover: object };
  const told = { ...queued, layover: { ...queued.layover, replay: 'at-least-once' } };
  return new Response(JSON.stringify(told), { status, statusText, headers });
}
