import { openForeignService } from './foreign-service.ts';
import { checkOptions, type TravelMode, type TravelModeOptions } from './options.ts';
import { openOwnService } from './own-service.ts';
import { openTravelMode } from './travel-mode.ts';
import { hostOf, type WorkerGlobals } from './worker-host.ts';

export type {
  ApiOptions,
  AskEvent,
  Endpoint,
  NetworkSimulator,
  RouterOptions,
  TravelMode,
  TravelModeOptions,
  WorkerEvent,
  WorkerScope,
} from './options.ts';

declare const self: WorkerGlobals;

/**
 * Travel mode in front of an AI endpoint, in a service worker of your own. Call it once, when the worker is evaluated:
 *
 *     const travel = travelMode({ endpoints: ['https://api.example.com/v1/chat/completions'] });
 *     travel.listen(self);
 *
 * Throws a TypeError that names an option that cannot be meant.
 */
export function travelMode(options: TravelModeOptions): TravelMode {
  checkOptions(options);
  const host = hostOf(self);
  return 'router' in options
    ? openTravelMode(openOwnService(options, host), host)
    : openTravelMode(openForeignService(options, host), host);
}
