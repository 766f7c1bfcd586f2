import { countWaiting } from '#device/outbox.ts';
import { knownPolicy } from '#device/policy.ts';
import { stopAsk } from '#device/stop.ts';
import { simulate, tellState } from '#device/device.ts';
import { forgetKept, listKept } from './kept.ts';
import type { Command } from './messages.ts';
import type { TravelState } from './page-api.ts';
import type { Desk, Service } from './service.ts';

/** Does what a page asks for; what it is told comes back. Throws a sentence where it cannot be done. */
export async function serveCommand<D extends Desk>(
  service: Service<D>,
  { layover, headers }: Command,
): Promise<unknown> {
  const desk = await service.deskOf(headers);
  const { device, place } = desk;
  switch (layover.type) {
    case 'state':
      return stateOf(desk);
    case 'list':
      return place === null ? [] : listKept(place, (id) => device.running.has(id));
    case 'replay':
      return service.drain(desk, null);
    case 'send-now':
      return service.drain(desk, layover.id);
    case 'cancel':
      await stopAsk(device, place, layover.id);
      if (place !== null) await forgetKept(place, layover.id);
      return tellState(device);
    case 'dismiss':
      if (place !== null) await forgetKept(place, layover.id);
      return tellState(device);
    case 'signed-in':
      return service.signedIn(desk);
    case 'simulate': {
      if (layover.scenario !== null && (device.bringPlay === null || (await knownPolicy(device))?.simulator !== true))
        throw new Error('This worker was given no simulator, or its policy allows none.');
      await simulate(device, layover.scenario, false);
      if (layover.scenario !== null && (await device.simulator.scenario()) === null)
        throw new Error('This is no scenario.');
      return undefined;
    }
    case 'forget':
      await service.forget(desk);
      return device.tell({ type: 'signed-out' });
    default:
      return layover satisfies never;
  }
}

async function stateOf({ device, place }: Desk): Promise<TravelState> {
  return {
    line: await device.line.state(),
    waiting: place === null ? 0 : await countWaiting(place),
    scenario: (await device.simulator.scenario())?.name ?? null,
  };
}
