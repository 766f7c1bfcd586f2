import { play } from '#device/simulator/play.ts';
import type { NetworkSimulator } from './options.ts';

export type { NetworkSimulator } from './options.ts';

/** The network simulator: give it to `travelMode` as the option `simulator`, and pages can play scenarios. */
export const simulator: NetworkSimulator = play;
