import * as z from 'zod/mini';

/** One figure of the SLO. `value` is null when `n` asks are not enough to say; then `met` is null too. */
export const sloFigureSchema = z.object({
  value: z.nullable(z.number()),
  n: z.number(),
  enough: z.boolean(),
  /** What it is held to; null when nothing is. */
  target: z.nullable(z.number()),
  met: z.nullable(z.boolean()),
});
export type SloFigure = z.infer<typeof sloFigureSchema>;

/** `GET /api/slo`. Success is rounded down, waits and costs up: no figure is better than the truth. */
export const sloReportSchema = z.object({
  window: z.object({
    from_ms: z.number(),
    to_ms: z.number(),
    days: z.number(),
    first_ask_at_ms: z.nullable(z.number()),
  }),
  /** As the router saw it. */
  router: z.object({
    success_percent: sloFigureSchema,
    first_token_p95_seconds: sloFigureSchema,
    cost_average_usd: sloFigureSchema,
    cost_p95_usd: sloFigureSchema,
    answered: z.number(),
    failed: z.number(),
    refused: z.number(),
    cancelled: z.number(),
    from_memory: z.number(),
    /** Counted asks whose cost nobody knows; no cost figure includes them. */
    cost_unknown: z.number(),
    /** What providers' prompt caches saved; absent from a router of an earlier release. */
    cache_savings_nano_usd: z.optional(z.number()),
  }),
  error_budget: z.object({
    /** Failures that the target allows in the window, by `slo.expected_asks_per_month`. */
    allowed: z.number(),
    failed: z.number(),
    /** Below 0 when overspent. */
    left: z.number(),
    /** Of `allowed`; null when nothing is allowed. */
    left_percent: z.nullable(z.number()),
  }),
  /** As the devices felt it: saved answers and offline time included. */
  device: z.object({
    success_percent: sloFigureSchema,
    first_token_p95_seconds: sloFigureSchema,
    answered: z.number(),
    failed: z.number(),
    /** Of the answered: given from a saved answer, and given after waiting in the outbox. */
    saved: z.number(),
    waited: z.number(),
    /** Events that devices had to drop, and events under the simulator, which count in no figure. */
    dropped: z.number(),
    simulated: z.number(),
  }),
});
export type SloReport = z.infer<typeof sloReportSchema>;

const faultKindSchema = z.enum(['revoked-key', 'blocked', 'slow-first-token']);

/** A deployment as the Console shows it; also what a change of its fault answers. */
export const deploymentSchema = z.object({
  id: z.string(),
  alias: z.string(),
  name: z.string(),
  wire: z.enum(['openai', 'anthropic']),
  order: z.number(),
  weight: z.number(),
  demo: z.boolean(),
  health: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('closed'), recentFails: z.number() }),
    z.object({ kind: z.literal('open'), untilMs: z.number(), why: z.string() }),
    z.object({ kind: z.literal('half-open'), probing: z.boolean(), why: z.string() }),
    z.object({ kind: z.literal('unconfigured'), why: z.string() }),
  ]),
  fault: z.nullable(z.object({ kind: faultKindSchema, untilMs: z.number() })),
});

/** `GET /api/deployments`. */
export const deploymentListSchema = z.object({ deployments: z.array(deploymentSchema) });

/** `GET /api/asks`: only what a list of asks shows is named. */
export const recentAsksSchema = z.object({
  asks: z.array(
    z.object({
      ask: z.looseObject({
        request_id: z.string(),
        run: z.number(),
        tenant_id: z.string(),
        feature: z.string(),
        provider: z.nullable(z.string()),
        model: z.nullable(z.string()),
        latency_ms: z.nullable(z.number()),
        ttft_ms: z.nullable(z.number()),
        failover_hops: z.number(),
        cost_nano_usd: z.nullable(z.number()),
        delivery: z.enum(['provider', 'router-cache', 'joined', 'replay']),
        synthetic: z.boolean(),
        outcome: z.enum(['answered', 'failed', 'refused', 'cancelled', 'incomplete']),
        problem: z.nullable(z.string()),
        arrived_at_ms: z.number(),
      }),
      attempts: z.array(
        z.looseObject({
          attempt: z.number(),
          provider: z.string(),
          model: z.string(),
          started_at_ms: z.number(),
          ttft_ms: z.nullable(z.number()),
          total_ms: z.number(),
          status: z.string(),
          http_status: z.nullable(z.number()),
          cost_nano_usd: z.nullable(z.number()),
        }),
      ),
    }),
  ),
});

/** `GET /api/configuration`, and what a reload that was taken over answers: what the Console shows of it. */
export const configurationReportSchema = z.object({
  /** Null when it is built in. */
  source: z.nullable(z.string()),
  loaded_at_ms: z.number(),
  notices: z.array(z.string()),
  at_next_start: z.array(z.string()),
});
export type ConfigurationReport = z.infer<typeof configurationReportSchema>;
/** `GET /api/bypass`, and what a change of it answers. */
export const bypassSchema = z.object({
  state: z.enum(['on', 'off']),
  /** Who holds it on; null while it is off. */
  by: z.nullable(z.string()),
  until_ms: z.nullable(z.number()),
  /** The deployment that gets every ask meanwhile. */
  primary: z.nullable(z.string()),
});

/** `GET /api/pins`, and what a change of them answers: what was pinned by hand. */
export const pinListSchema = z.object({
  pins: z.array(
    z.object({
      /** Null: every feature that has no pin of its own. */
      feature: z.nullable(z.string()),
      /** Id of the deployment. */
      deployment: z.string(),
      untilMs: z.number(),
    }),
  ),
});

/** `GET /api/keys`: what a list of keys shows. */
export const keyListSchema = z.object({
  keys: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      ends_with: z.string(),
      state: z.enum(['live', 'expired', 'revoked']),
      tenant: z.string(),
      user: z.string(),
      features: z.nullable(z.array(z.string())),
      last_used_at_ms: z.nullable(z.number()),
    }),
  ),
});

/** What `POST /api/keys` answers: the key itself, this once. */
export const madeKeySchema = z.looseObject({ token: z.string() });
