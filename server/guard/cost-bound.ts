import type { Deployment, Routing } from '../config/configuration.ts';
import { costBoundNanoUsd } from '../pricing/cost-bound.ts';

/** Longest answer that an ask under a cap asks for when nobody says another; what the Anthropic wire asks for anyway. */
export const CAPPED_OUTPUT_TOKENS = 4096;

type Parameters = Readonly<Record<string, unknown>>;

/** The ask with a limit on its answer: without one no amount could cover it. */
export function withOutputLimit(parameters: Record<string, unknown>): Record<string, unknown> {
  return statedLimit(parameters) === null ? { ...parameters, max_completion_tokens: CAPPED_OUTPUT_TOKENS } : parameters;
}

/** The most output tokens that a call with these parameters asks for, under a cap. */
function outputLimit(parameters: Parameters): number {
  return statedLimit(parameters) ?? CAPPED_OUTPUT_TOKENS;
}

/**
 * The most that the ledger can book for an ask, in nano-dollars. Every attempt may be paid for its input and for a whole answer that
 * broke off at its end, and each that goes on has the answer before in its input. A call beside another is one of the attempts.
 * Where no price is known it is 0, and an unknown one does not count.
 */
export function askBoundNanoUsd(ask: {
  parameters: Parameters;
  inputTokens: number;
  routing: Pick<Routing, 'numRetries' | 'retryPolicy' | 'maxFallbacks'>;
  /** Those that may be called. */
  deployments: readonly Deployment[];
}): number {
  const outputTokens = outputLimit(ask.parameters);
  const attempts = mostAttempts(ask);
  const tokens = {
    inputTokens: attempts * ask.inputTokens + (attempts - 1) * outputTokens,
    maxOutputTokens: attempts * outputTokens,
  };
  return Math.max(0, ...ask.deployments.map(({ prices }) => costBoundNanoUsd(tokens, prices) ?? 0));
}

/** The most that one call of an ask can cost. Where no price is known it is 0, and an unknown one does not count. */
export function callBoundNanoUsd(ask: {
  parameters: Parameters;
  inputTokens: number;
  deployments: readonly Deployment[];
}): number {
  const tokens = { inputTokens: ask.inputTokens, maxOutputTokens: outputLimit(ask.parameters) };
  return Math.max(0, ...ask.deployments.map(({ prices }) => costBoundNanoUsd(tokens, prices) ?? 0));
}

/** A step to another deployment is one to a deployment not called yet, so there are no more of them than deployments. */
function mostAttempts({
  routing,
  deployments,
}: {
  routing: Pick<Routing, 'numRetries' | 'retryPolicy' | 'maxFallbacks'>;
  deployments: readonly Deployment[];
}): number {
  const repeats = Math.max(routing.numRetries, ...routing.retryPolicy.values());
  return 1 + repeats + Math.min(routing.maxFallbacks, Math.max(0, deployments.length - 1));
}

function statedLimit({ max_tokens: old, max_completion_tokens: recent }: Parameters): number | null {
  const limits = [recent, old].filter((value): value is number => typeof value === 'number' && value >= 1);
  return limits.length === 0 ? null : Math.max(...limits);
}
