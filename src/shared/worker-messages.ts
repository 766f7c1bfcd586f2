import * as z from 'zod/mini';
import { evidenceSchema, lineStateSchema } from '#shared/line.ts';
import { simulationSchema } from '#shared/scenario.ts';

/** The one list of what a page says to its worker. Unknown messages are ignored: an older worker may be in charge. */
export const toWorkerSchema = z.discriminatedUnion('type', [
  /** Stop is a message: an aborted fetch never reaches a worker's event (w3c/ServiceWorker#1544). */
  z.object({ type: z.literal('stop'), askId: z.uuid() }),
  /** Drain the outbox: page shown, network back, or a press of "Send now" (then with the id, which goes first). */
  z.object({ type: z.literal('replay'), askId: z.optional(z.uuid()) }),
  /**
   * Switch the simulator on, with a scenario as `src/shared/scenario.ts` has it, or off with null. It is read whole by the script that
   * plays it: what is no scenario, or what the policy forbids, is ignored, and the `state` that follows says what is on.
   * A rehearsal, `{ type: 'simulate', scenario: { offline: true }, rehearsal: true }`, needs no policy: whatever its scenario says, it is
   * offline and nothing else, and ends by itself after 2 h. It ends by `scenario: null`, as any other.
   */
  z.object({
    type: z.literal('simulate'),
    scenario: z.nullable(z.record(z.string(), z.unknown())),
    rehearsal: z.optional(z.boolean()),
  }),
  /** Answer with a `state` message. */
  z.object({ type: z.literal('tell') }),
  /** Forget the session's policy: somebody signed out or in. */
  z.object({ type: z.literal('forget-policy') }),
  /** Somebody signed out, and a page has removed what they kept here: what is still known of them in memory goes too. */
  z.object({ type: z.literal('signed-out') }),
  z.object({ type: z.literal('SKIP_WAITING') }),
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;

/** The one list of what the device modules (in the worker, or in a page without one) tell every page, on `DEVICE_CHANNEL`. */
export const fromDeviceSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('state'),
    line: lineStateSchema,
    evidence: z.array(evidenceSchema),
    /** What is simulated; null for the real network. */
    scenario: z.nullable(simulationSchema),
    /** Name of the database in use; null before a policy is known. */
    database: z.nullable(z.string()),
    /** Asks waiting to be sent. */
    waiting: z.number(),
  }),
  /** Something of this ask changed in the database: its answer, or its place in the outbox. */
  z.object({ type: z.literal('ask-changed'), askId: z.string() }),
  /** Somebody signed out in one of the tabs: every page shows nothing of theirs from now on. */
  z.object({ type: z.literal('signed-out') }),
  /** The policy on this device was replaced; its epoch. */
  z.object({ type: z.literal('policy-changed'), epoch: z.number() }),
]);
export type FromDevice = z.infer<typeof fromDeviceSchema>;

/** Name of the BroadcastChannel between device modules and pages. */
export const DEVICE_CHANNEL = 'layover-device';

/** Web Lock under which the outbox is drained: one replayer over all tabs and the worker. */
export const OUTBOX_LOCK = 'layover-outbox';

/** Cache of the page's files, and the name under which it lists those of the version in charge. */
export const SHELL_CACHE = 'layover-shell';
export const SHELL_LIST = '/shell';

/** Tag of the Background Sync registration. */
export const OUTBOX_SYNC_TAG = 'layover-outbox';
