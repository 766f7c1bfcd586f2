import * as z from 'zod/mini';

/** What the operator's addresses answer, as far as the Console shows it. */
const figureSchema = z.object({
  value: z.nullable(z.number()),
  n: z.number(),
  enough: z.boolean(),
  target: z.nullable(z.number()),
  met: z.nullable(z.boolean()),
});
export type Figure = z.infer<typeof figureSchema>;

/** `GET /api/slo`. */
export const sloSchema = z.object({
  window: z.object({ days: z.number(), first_ask_at_ms: z.nullable(z.number()) }),
  router: z.object({
    success_percent: figureSchema,
    first_token_p95_seconds: figureSchema,
    cost_average_usd: figureSchema,
    cost_p95_usd: figureSchema,
    answered: z.number(),
    failed: z.number(),
    from_memory: z.number(),
    cost_unknown: z.number(),
  }),
  error_budget: z.object({
    allowed: z.number(),
    failed: z.number(),
    left: z.number(),
    left_percent: z.nullable(z.number()),
  }),
  device: z.object({
    success_percent: figureSchema,
    first_token_p95_seconds: figureSchema,
    answered: z.number(),
    failed: z.number(),
    saved: z.number(),
    waited: z.number(),
    dropped: z.number(),
  }),
});
export type Slo = z.infer<typeof sloSchema>;

export const faultKindSchema = z.enum(['revoked-key', 'blocked', 'slow-first-token']);
export type FaultKind = z.infer<typeof faultKindSchema>;

const deploymentSchema = z.object({
  id: z.string(),
  alias: z.string(),
  name: z.string(),
  order: z.number(),
  demo: z.boolean(),
  health: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('closed'), recentFails: z.number() }),
    z.object({ kind: z.literal('cooling'), untilMs: z.number(), why: z.string() }),
    z.object({ kind: z.literal('unconfigured'), why: z.string() }),
  ]),
  fault: z.nullable(z.object({ kind: faultKindSchema, untilMs: z.number() })),
});
export type Deployment = z.infer<typeof deploymentSchema>;

/** `GET /api/deployments`. */
export const deploymentsSchema = z.object({ deployments: z.array(deploymentSchema) });

const attemptSchema = z.object({
  attempt: z.number(),
  provider: z.string(),
  status: z.string(),
  ttft_ms: z.nullable(z.number()),
  total_ms: z.number(),
});
export type Attempt = z.infer<typeof attemptSchema>;

const askSchema = z.object({
  request_id: z.string(),
  run: z.number(),
  tenant_id: z.string(),
  feature: z.string(),
  provider: z.nullable(z.string()),
  ttft_ms: z.nullable(z.number()),
  latency_ms: z.nullable(z.number()),
  failover_hops: z.number(),
  cost_nano_usd: z.nullable(z.number()),
  delivery: z.enum(['provider', 'router-cache', 'joined', 'replay']),
  outcome: z.enum(['answered', 'failed', 'refused', 'cancelled', 'incomplete']),
  problem: z.nullable(z.string()),
  arrived_at_ms: z.number(),
});
export type LedgerAsk = z.infer<typeof askSchema>;

/** `GET /api/asks`. */
export const asksSchema = z.object({ asks: z.array(z.object({ ask: askSchema, attempts: z.array(attemptSchema) })) });
export type ToldAsk = z.infer<typeof asksSchema>['asks'][number];
