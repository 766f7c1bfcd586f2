import * as z from 'zod/mini';

/** Longest a scenario lasts, in milliseconds: nobody should travel with a broken line by mistake. */
export const SCENARIO_KEPT_MS = 12 * 3_600_000;

/** Longest a rehearsal lasts, in milliseconds. */
export const REHEARSAL_KEPT_MS = 2 * 3_600_000;

/** Most steps of a scenario. */
export const MOST_STEPS = 100;

/** Most characters of a scenario as JSON. */
export const MOST_SCENARIO_CHARS = 20_000;

const milliseconds = z.number().check(z.gte(0), z.lte(120_000));
const count = z.optional(z.number().check(z.gte(0), z.lte(1_000_000)));
const yes = z.optional(z.boolean());

/** What can be wrong with the network, each by itself or together. docs/scenarios.md says what each one does. */
const conditions = {
  offline: yes,
  /** Before each request; `p50` and `p95` are those of a log-normal distribution that is drawn from the seed. */
  latency_ms: z.optional(z.union([milliseconds, z.strictObject({ p50: milliseconds, p95: milliseconds })])),
  /** Of all that comes in, together. */
  bandwidth_bytes_per_second: z.optional(z.number().check(z.gte(1), z.lte(1_000_000_000))),
  /** Share of the requests that are lost, drawn from the seed. */
  drop_rate: z.optional(z.number().check(z.gte(0), z.lte(1))),
  /** Tokens are the pieces of content of an event stream. */
  cut_after_tokens: count,
  /** Bytes of an event stream. */
  cut_after_chars: count,
  /** From then on nothing comes, and the connection stays open. */
  stall_after_tokens: count,
  /** Everything is answered so: by the router, or by something in front of it. */
  respond: z.optional(
    z.strictObject({
      status: z.number().check(z.gte(400), z.lte(599)),
      retry_after_seconds: z.optional(z.number().check(z.gte(0), z.lte(86_400))),
      by: z.optional(z.enum(['router', 'proxy'])),
    }),
  ),
  /** How the sign-in page shows itself: by a 302, as a page with 200, or with status 511. */
  portal: z.optional(z.enum(['redirect', 'page', '511'])),
  /** Accepts, and never answers. */
  silent: yes,
  /** What the worker stores is refused as on a full disk. */
  quota_error: yes,
  /** The device's clock goes wrong by so much. */
  clock_skew_ms: z.optional(z.number().check(z.gte(-31_622_400_000), z.lte(31_622_400_000))),
  no_sync_manager: yes,
  /** When it begins, the worker loses all that it holds in memory. */
  kill_worker: yes,
  /** Leaves everything but the asks as it is. */
  only: z.optional(z.enum(['asks'])),
};

export const conditionsSchema = z.strictObject(conditions);
export type Conditions = z.infer<typeof conditionsSchema>;

const stepSchema = z.strictObject({
  /** How long it lasts, in milliseconds; until the end when it is left out. */
  for_ms: z.optional(z.number().check(z.gte(1), z.lte(SCENARIO_KEPT_MS))),
  ...conditions,
});

/**
 * What the network simulator plays: steps one after the other, or one set of conditions. Conditions beside `steps` hold in every
 * step that does not say otherwise.
 */
export const scenarioSchema = z.strictObject({
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(80))),
  /** By which everything that is drawn is the same again; 1 when it is left out. */
  seed: z.optional(z.number()),
  /** Begins again after the last step. */
  repeat: yes,
  /** How many times faster the steps follow each other; 1 when it is left out. What a step does keeps its pace. */
  speed: z.optional(z.number().check(z.gte(0.01), z.lte(1_000))),
  steps: z.optional(z.array(stepSchema).check(z.minLength(1), z.maxLength(MOST_STEPS))),
  ...conditions,
});
export type Scenario = z.infer<typeof scenarioSchema>;

/** What is being simulated, as the pages are told. */
export const simulationSchema = z.object({
  name: z.string(),
  /** The network is cut off to practise with what is on the device. */
  rehearsal: z.boolean(),
  /** Which step it is at, from 1, and of how many. */
  step: z.number(),
  steps: z.number(),
  now: conditionsSchema,
  /** When the next step begins, in milliseconds since 1970 UTC; null when none follows. */
  step_until_ms: z.nullable(z.number()),
  /** When it ends by itself. */
  until_ms: z.number(),
});
export type Simulation = z.infer<typeof simulationSchema>;
