import { laterParts } from '#device/later.ts';
import type { WorkerScope } from './open-device.ts';

declare const self: WorkerScope;

/**
 * Where the second script of the worker begins (`/sw-later.js`): the build puts there what only this leads to (`sw/build/cut-in-two.ts`). In
 * development a worker is a module, which can bring nothing later, and this runs with it.
 */
self.layoverLater = laterParts;
