import type { Clock } from '#shared/clock.ts';
import type { Later } from '#device/later.ts';
import type { WorkerScope } from './open-device.ts';

/** Milliseconds between two looks at whether an ask still waits for its answer. */
const LOOK_MS = 500;

/** The worker's second script, read from this device when it is first needed: it was brought in while the worker was installed. */
export class SecondScript {
  readonly #scope: WorkerScope;
  readonly #clock: Clock;
  /** Asks that wait for their answer. */
  readonly #asks = new Set<Promise<Response>>();

  constructor(scope: WorkerScope, clock: Clock) {
    this.#scope = scope;
    this.#clock = clock;
  }

  /** Notes an ask until it is answered. */
  noted(answer: Promise<Response>): Promise<Response> {
    const over = (): void => void this.#asks.delete(answer);
    this.#asks.add(answer);
    answer.then(over, over);
    return answer;
  }

  /** Rejects where the browser has lost it. */
  async bring(): Promise<Later> {
    const scope = this.#scope;
    // While it is read nothing else runs here: an answer that is ready goes out before.
    if (scope.layoverLater === undefined) await this.#wait(0);
    if (scope.layoverLater === undefined) scope.importScripts('/sw-later.js');
    if (scope.layoverLater !== undefined) return scope.layoverLater;
    throw new TypeError('`/sw-later.js` brings nothing.');
  }

  /** The same once no ask waits for its answer: for what nobody has called for. */
  async bringQuietly(): Promise<Later> {
    do await this.#wait(LOOK_MS);
    while (this.#scope.layoverLater === undefined && this.#asks.size > 0);
    return this.bring();
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(delayMs, resolve));
  }
}
