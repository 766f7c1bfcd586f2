import { Problem } from '#shared/problem.ts';
import { rateBuckets } from '../guard/caps.ts';
import type { Heart } from './heart.ts';
import type { Ask } from './identify.ts';

/**
 * Counts an ask where its tenant, its user or its key may ask only so often; throws `too_many_asks` with the exact wait. It comes
 * before the journal is asked, so that a flood costs next to nothing. An answer from memory counts: whoever asks cannot
 * know that there is one. A repeat of a key that is still here does not: it only looks for the answer it has begun.
 */
export function admitRate(ask: Ask, { configuration, live, rates }: Heart): void {
  const { caller, key, synthetic } = ask.request;
  const buckets = synthetic ? [] : rateBuckets(caller, configuration.tenants.get(ask.owner.tenant));
  if (buckets.length === 0) return;
  const earlier = key === null ? null : live.byKey(ask.owner, key);
  if (earlier !== null && !earlier.isKeyFree) return;
  const retryAfterMs = rates.take(buckets);
  if (retryAfterMs === 0) return;
  throw new Problem('too_many_asks', `More asks came than the limit allows; the next may come in ${retryAfterMs} ms.`, {
    retryAfterMs,
  });
}
