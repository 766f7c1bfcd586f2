import { Problem } from '#shared/problem.ts';
import type { Bucket, Rate } from '../guard/rates.ts';
import type { Heart } from './heart.ts';
import type { Ask } from './identify.ts';

/**
 * Counts an ask where its tenant or its user may ask only so often; throws `too_many_asks` with the exact wait. It comes
 * before the journal is asked, so that a flood costs next to nothing. An answer from memory counts: whoever asks cannot
 * know that there is one. A repeat of a key that is still here does not: it only looks for the answer it has begun.
 */
export function admitRate(ask: Ask, { configuration, live, rates }: Heart): void {
  const limits = configuration.tenants.get(ask.owner.tenant);
  if (limits === undefined || ask.request.synthetic) return;
  const buckets: Bucket[] = [
    ...bucketOf(['tenant', ask.owner.tenant], limits.rate),
    ...bucketOf(['user', ask.owner.tenant, ask.owner.user], limits.userRate),
  ];
  if (buckets.length === 0) return;
  const { key } = ask.request;
  const earlier = key === null ? null : live.byKey(ask.owner, key);
  if (earlier !== null && earlier.state !== 'failed' && earlier.state !== 'incomplete') return;
  const retryAfterMs = rates.take(buckets);
  if (retryAfterMs === 0) return;
  throw new Problem('too_many_asks', `More asks came than the limit allows; the next may come in ${retryAfterMs} ms.`, {
    retryAfterMs,
  });
}

function bucketOf(name: readonly string[], rate: Rate | null): Bucket[] {
  return rate === null ? [] : [{ name: JSON.stringify(name), rate }];
}
