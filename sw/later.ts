import { laterParts } from '#device/later.ts';
import type { WorkerScope } from './open-device.ts';

declare const self: WorkerScope;

/** Where the second script of the worker begins (`/sw-later.js`): the build puts there what only this leads to. */
self.layoverLater = laterParts;
