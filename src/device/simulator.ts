import * as z from 'zod/mini';
import { wait, type Clock } from '#shared/clock.ts';
import { scenarioSchema, type Scenario } from '#shared/scenario.ts';
import type { Place } from '#device/database.ts';
import { dropSetting, readSetting, writeSetting } from '#device/settings.ts';

/** A scenario that nobody ended ends by itself after 12 hours: nobody should travel with a broken line by mistake. */
const SCENARIO_KEPT_MS = 12 * 3_600_000;

const keptSchema = z.object({ scenario: scenarioSchema, untilMs: z.number() });

type Fetch = (request: Request) => Promise<Response>;

/** Stands between the device and its network, and spoils it as the scenario says. Survives a restart of the worker. */
export class Simulator {
  readonly #fetch: Fetch;
  readonly #clock: Clock;
  readonly #meta: Place;
  #loaded: Promise<Scenario | null> | null = null;
  #dice: () => number = () => 1;
  readonly #unanswered = new Set<Request>();

  constructor(parts: { fetch: Fetch; clock: Clock }, meta: Place) {
    this.#fetch = parts.fetch;
    this.#clock = parts.clock;
    this.#meta = meta;
  }

  /** The scenario that is on; null for the real network. */
  scenario(): Promise<Scenario | null> {
    return (this.#loaded ??= this.#load());
  }

  async set(scenario: Scenario | null): Promise<void> {
    this.#loaded = Promise.resolve(scenario);
    this.#roll(scenario);
    if (scenario === null) return dropSetting(this.#meta, 'scenario');
    await writeSetting(this.#meta, 'scenario', { scenario, untilMs: this.#clock.now() + SCENARIO_KEPT_MS });
  }

  async fetch(request: Request): Promise<Response> {
    const scenario = await this.scenario();
    if (scenario === null) return this.#fetch(request);
    switch (scenario.kind) {
      case 'slow':
        await wait(this.#clock, scenario.delay_ms, request.signal);
        return this.#fetch(request);
      case 'lossy':
        if (this.#dice() < scenario.drop_rate) throw new TypeError('The simulator dropped this request.');
        return this.#fetch(request);
      case 'silent':
        return this.#leaveUnanswered(request);
      case 'portal':
        return new Response('<!doctype html><title>Sign in to this Wi-Fi</title>', {
          headers: { 'content-type': 'text/html; charset=utf-8' },
        });
      case 'cut':
        return cutAfter(await this.#fetch(request), scenario.after_chars);
      case 'offline':
        throw new TypeError('The simulator is offline.');
      default:
        return scenario satisfies never;
    }
  }

  async #load(): Promise<Scenario | null> {
    try {
      const kept = await readSetting(this.#meta, 'scenario', keptSchema);
      const scenario = kept === null || kept.untilMs < this.#clock.now() ? null : kept.scenario;
      this.#roll(scenario);
      return scenario;
    } catch {
      // Storage is closed to us: then nobody switched a scenario on either.
      return null;
    }
  }

  #leaveUnanswered(request: Request): Promise<never> {
    const { signal } = request;
    // Held until it is given up: a request that nobody holds may be collected, and its signal with it.
    this.#unanswered.add(request);
    return new Promise((_resolve, reject) => {
      const end = (): void => {
        this.#unanswered.delete(request);
        reject(new DOMException('The request was given up.', 'AbortError'));
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  #roll(scenario: Scenario | null): void {
    if (scenario?.kind === 'lossy') this.#dice = dice(scenario.seed);
  }
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Fails an event stream after so many bytes, as a lost connection does. */
function cutAfter(response: Response, bytes: number): Response {
  if (response.body === null || !(response.headers.get('content-type') ?? '').includes('text/event-stream')) {
    return response;
  }
  let left = bytes;
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (chunk.length < left) {
        left -= chunk.length;
        controller.enqueue(chunk);
        return;
      }
      if (left > 0) controller.enqueue(chunk.slice(0, left));
      controller.error(new TypeError('The simulator cut this stream.'));
    },
  });
  return new Response(response.body.pipeThrough(cut), { status: response.status, headers: response.headers });
}
