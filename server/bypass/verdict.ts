import { Problem } from '#shared/problem.ts';
import type { ProviderFailure } from '../providers/provider.ts';
import { nothingCame } from '../routing/verdict.ts';
import type { BypassCall } from './call.ts';

/** The problem of an ask whose one call brought nothing. */
export function noAnswer({ deployment }: BypassCall, failure: ProviderFailure): Problem {
  const said = nothingCame([{ deployment, failure }], failure.retryAfterMs);
  return new Problem(said.code, `The router is bypassed, so the primary alone was asked. ${said.message}`, {
    cause: failure,
    ...(said.retryAfterMs === null ? {} : { retryAfterMs: said.retryAfterMs }),
  });
}
