import { Strategy, type StrategyHandler } from 'workbox-strategies';
import { wait } from '#shared/clock.ts';
import type { Device } from '#device/parts.ts';
import { travel } from '#device/travel.ts';

/**
 * Longest that one event may hold the worker, in milliseconds. Measured in Chromium 156: an event that waits 300 s kills the
 * worker and the stream with it; without any wait it is killed 30 s after the page has gone.
 */
const LONGEST_HOLD_MS = 270_000;

/** Travel mode as a Workbox strategy: the life of an ask is `travel`; this holds the worker while it lasts. */
export class TravelStrategy extends Strategy {
  readonly #device: Device;

  constructor(device: Device) {
    super();
    this.#device = device;
  }

  protected override _handle(request: Request, handler: StrategyHandler): Promise<Response> {
    const ended = new AbortController();
    const over: Promise<unknown>[] = [];
    const cap = wait(this.#device.clock, LONGEST_HOLD_MS, ended.signal).catch((failure: unknown) => void failure);
    const answer = travel(request, this.#device, (work) => {
      over.push(work);
      // What fails in there has its own place in the database; here it only ends the hold.
      void handler.waitUntil(Promise.race([work.catch((failure: unknown) => void failure), cap]));
    });
    void answer
      .then(() => Promise.allSettled(over))
      .finally(() => ended.abort())
      .catch((failure: unknown) => void failure);
    return answer;
  }
}
