import type * as z from 'zod/mini';
import type { deploymentSchema, recentAsksSchema } from '#shared/console-wire.ts';

/** What the operator's addresses answer, by the names the Console uses. */
export type Deployment = z.infer<typeof deploymentSchema>;
export type FaultKind = NonNullable<Deployment['fault']>['kind'];
export type ToldAsk = z.infer<typeof recentAsksSchema>['asks'][number];
export type Attempt = ToldAsk['attempts'][number];
