import * as z from 'zod/mini';

const standingShape = {
  /** Nano-dollars a month; null for no cap. */
  cap_nano_usd: z.nullable(z.number()),
  spent_nano_usd: z.number(),
  /** Set aside for asks under way. */
  reserved_nano_usd: z.number(),
  /** 60, 85 and 95 percent of the cap, when they were reached. */
  steps: z.array(z.object({ percent: z.number(), at_ms: z.number() })),
};

/** `GET /api/budgets`: the month that runs, in UTC. */
export const budgetReportSchema = z.object({
  /** Such as `2026-11`. */
  month: z.string(),
  ends_at_ms: z.number(),
  /** What happens to an ask under a dollar cap when a price is not known. */
  unknown_price: z.enum(['allow', 'refuse']),
  /** Deployments without a price: what they cost is in no sum. */
  unpriced: z.array(z.string()),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      ...standingShape,
      /** Null while the safeguard mode is off. `until_ms` is null when the budget switched it on. */
      safeguard: z.nullable(z.object({ why: z.enum(['budget', 'by-hand']), until_ms: z.nullable(z.number()) })),
      users: z.array(z.object({ user: z.string(), ...standingShape })),
      keys: z.array(z.object({ key: z.string(), ...standingShape })),
    }),
  ),
  /** More spent something than are listed; those who spent most are. */
  is_cut: z.boolean(),
});
export type BudgetReport = z.infer<typeof budgetReportSchema>;

/** `GET /api/safeguard`, and the answer to `POST`. */
export const safeguardReportSchema = z.object({
  /** What was set by hand; `tenant` is null for all that have none of their own. */
  switches: z.array(z.object({ tenant: z.nullable(z.string()), on: z.boolean(), until_ms: z.number() })),
});
export type SafeguardReport = z.infer<typeof safeguardReportSchema>;
