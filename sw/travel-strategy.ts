import { Strategy, type StrategyHandler } from 'workbox-strategies';
import type { Device } from '#device/parts.ts';
import { travel } from '#device/travel.ts';
import { hold } from './hold.ts';

/** Travel mode as a Workbox strategy: the life of an ask is `travel`; this holds the worker while it lasts. */
export class TravelStrategy extends Strategy {
  readonly #device: Device;

  constructor(device: Device) {
    super();
    this.#device = device;
  }

  protected override _handle(request: Request, handler: StrategyHandler): Promise<Response> {
    const { clock } = this.#device;
    const beganMs = clock.monotonic();
    const answer = travel(request, this.#device, (work) => void handler.waitUntil(hold(work, clock, beganMs)));
    return this.#device.simulator.mortal(answer);
  }
}
