import type { WorkerScope } from './open-device.ts';
import { play } from '#device/simulator/play.ts';

declare const self: WorkerScope;

/** A classic script of its own (`/simulator.js`): the worker brings it in when something is simulated, and carries none of it else. */
self.layoverPlay = play;
