import * as z from 'zod';
import { whole } from './values.ts';

/** LiteLLM's names of failures that a policy can count, and the kinds of failure they are here; the first name that is given counts. */
export const KINDS_OF = {
  AuthenticationError: ['unauthorized'],
  TimeoutError: ['timeout'],
  RateLimitError: ['rate-limited'],
  NotFoundError: ['model-missing'],
  InternalServerError: ['rejected', 'unreachable', 'cut', 'stalled'],
  ServiceUnavailableError: ['rejected'],
  BadGatewayError: ['rejected'],
} as const;

const count = () => whole('', 0, 1_000_000).nullish();

/** `retry_policy`: how often a kind of failure is sent again to the same deployment. */
export const retryPolicySchema = z.strictObject({
  TimeoutErrorRetries: count(),
  RateLimitErrorRetries: count(),
  InternalServerErrorRetries: count(),
  ServiceUnavailableErrorRetries: count(),
  DefaultRetries: count(),
});
export type RetryPolicy = z.infer<typeof retryPolicySchema> | null | undefined;

/** `allowed_fails_policy`: how many failures of a kind are allowed in a minute. */
export const failsPolicySchema = z.strictObject({
  AuthenticationErrorAllowedFails: count(),
  TimeoutErrorAllowedFails: count(),
  RateLimitErrorAllowedFails: count(),
  NotFoundErrorAllowedFails: count(),
  InternalServerErrorAllowedFails: count(),
  ServiceUnavailableErrorAllowedFails: count(),
  BadGatewayErrorAllowedFails: count(),
});
export type FailsPolicy = z.infer<typeof failsPolicySchema> | null | undefined;

/** Allowed fails by kind of failure. */
export function readFailsPolicy(policy: FailsPolicy): Map<string, number> {
  return byKind(Object.entries(policy ?? {}), 'AllowedFails');
}

/** Repeats by kind of failure. */
export function readRetryPolicy(policy: RetryPolicy): Map<string, number> {
  const { DefaultRetries: rest = null, ...named } = policy ?? {};
  const found = byKind(Object.entries(named), 'Retries');
  if (rest !== null) for (const kind of KINDS_OF.InternalServerError) if (!found.has(kind)) found.set(kind, rest);
  return found;
}

function byKind(entries: [name: string, count: number | null | undefined][], suffix: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [name, kinds] of Object.entries(KINDS_OF)) {
    const count = entries.find(([key]) => key === name + suffix)?.[1] ?? null;
    if (count !== null) for (const kind of kinds) if (!found.has(kind)) found.set(kind, count);
  }
  return found;
}
