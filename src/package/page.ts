import { systemClock } from '#shared/clock.ts';
import { DEVICE_CHANNEL } from '#shared/worker-messages.ts';
import { connectPage } from './connect-page.ts';
import type { ConnectOptions, TravelModePage } from './page-api.ts';

export type { ConnectOptions, KeptAsk, Line, TravelModePage, TravelState, Unlisten } from './page-api.ts';

/** Connects this page to the travel mode of its service worker, which your app registers itself. Works in any framework, or none. */
export function connectTravelMode(options: ConnectOptions = {}): TravelModePage {
  return connectPage(
    {
      container: navigator.serviceWorker,
      openChannel: () => new BroadcastChannel(DEVICE_CHANNEL),
      clock: systemClock,
      onWakeful(run) {
        const shown = (): void => {
          if (document.visibilityState === 'visible') run();
        };
        document.addEventListener('visibilitychange', shown);
        addEventListener('online', run);
        return () => {
          document.removeEventListener('visibilitychange', shown);
          removeEventListener('online', run);
        };
      },
    },
    options,
  );
}
