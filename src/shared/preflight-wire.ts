import * as z from 'zod/mini';

/** How a deployment was lately, as far as its own calls tell; nothing is called to find out. */
export const deploymentReachSchema = z.object({
  /** Its display name, as provenance shows it. */
  name: z.string(),
  state: z.enum(['callable', 'cooling', 'unconfigured']),
  /** When it last answered whole, Unix ms; null when that is not among the calls that were looked at. */
  answered_at_ms: z.nullable(z.number()),
  /** Median milliseconds to the first token over its answered calls of the last 24 h; null when there were none. */
  first_token_p50_ms: z.nullable(z.number()),
  /** The calls that the median is of. */
  calls: z.number(),
});
export type DeploymentReach = z.infer<typeof deploymentReachSchema>;

/** `GET /api/preflight`: what a device cannot see of the router before it travels. */
export const preflightReportSchema = z.object({
  /** The router's clock, Unix ms. */
  now_ms: z.number(),
  ready: z.boolean(),
  /** Why it is not ready; empty when it is. */
  reasons: z.array(z.string()).check(z.maxLength(200)),
  deployments: z.array(deploymentReachSchema).check(z.maxLength(500)),
});
export type PreflightReport = z.infer<typeof preflightReportSchema>;
