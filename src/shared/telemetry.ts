import * as z from 'zod/mini';

/** Most events in one batch, and most that a device keeps unsent. */
export const MAX_EVENTS_PER_BATCH = 200;
export const MAX_EVENTS_BUFFERED = 2_000;

const millis = z.number().check(z.gte(0), z.lte(30 * 86_400_000));

/**
 * How one ask ended, as its device felt it: exactly one event per ask. Holds no word of prompt or answer.
 * `event_id` is the ask's id, so a repeat changes nothing.
 */
export const askEndedSchema = z.object({
  event_id: z.uuid(),
  ask_id: z.uuid(),
  kind: z.literal('ask-ended'),
  feature: z.string().check(z.minLength(1), z.maxLength(100)),
  /** `answered` whole; `partial` cut and given up; `failed` nothing came and it may not wait; `refused` finally; `stopped` by the person; `expired` in the outbox. */
  outcome: z.enum(['answered', 'partial', 'failed', 'refused', 'stopped', 'expired']),
  source: z.enum(['provider', 'router-cache', 'saved', 'on-device', 'none']),
  /** Why the network did not give it, when it did not; `router`: the router was reached and had no answer itself. */
  network: z.enum(['ok', 'offline', 'slow', 'portal', 'bad-answer', 'cut', 'router', 'not-tried']),
  /** Unix milliseconds by the device's clock, when the person asked. */
  asked_at_ms: z.number().check(z.gte(0), z.lte(8.64e15)),
  /** Milliseconds from asking to the first content and to the end, waiting included; null when there was none. */
  first_token_ms: z.nullable(millis),
  total_ms: z.nullable(millis),
  /** Milliseconds it waited in the outbox; 0 when it did not. */
  waited_ms: millis,
  /** Attempts the device made, and how often it resumed a cut stream. */
  tries: z.number().check(z.gte(0), z.lte(10_000)),
  resumes: z.number().check(z.gte(0), z.lte(10_000)),
  /** Age of the saved answer when it was served; null otherwise. */
  saved_age_ms: z.nullable(z.number().check(z.gte(0))),
  /** The network simulator was on: not counted in any figure that is sold. */
  simulated: z.boolean(),
});
export type AskEnded = z.infer<typeof askEndedSchema>;

/** `POST /telemetry`. */
export const telemetryBatchSchema = z.object({
  /** Unix milliseconds of the device when it sent this: the router corrects clocks by it. */
  sent_at_ms: z.number().check(z.gte(0), z.lte(8.64e15)),
  /** Events the device had to drop since its last accepted batch. */
  dropped: z.number().check(z.gte(0), z.lte(1e9)),
  /** A random id of this batch, so that its count of dropped events is added once. */
  batch_id: z.uuid(),
  events: z.array(askEndedSchema).check(z.maxLength(MAX_EVENTS_PER_BATCH)),
});
export type TelemetryBatch = z.infer<typeof telemetryBatchSchema>;
