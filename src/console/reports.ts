import type * as z from 'zod/mini';
import type { BudgetReport, SafeguardReport } from '#shared/budget-wire.ts';
import type {
  bypassSchema,
  deploymentSchema,
  keyListSchema,
  pinListSchema,
  recentAsksSchema,
} from '#shared/console-wire.ts';

/** What the operator's addresses answer, by the names the Console uses. */
export type Deployment = z.infer<typeof deploymentSchema>;
export type FaultKind = NonNullable<Deployment['fault']>['kind'];
export type ToldAsk = z.infer<typeof recentAsksSchema>['asks'][number];
export type Attempt = ToldAsk['attempts'][number];
export type Bypass = z.infer<typeof bypassSchema>;
export type Pin = z.infer<typeof pinListSchema>['pins'][number];
export type Key = z.infer<typeof keyListSchema>['keys'][number];
export type Budgets = BudgetReport;
export type Safeguard = SafeguardReport;
