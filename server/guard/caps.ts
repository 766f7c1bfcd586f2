import type { TenantLimits } from '../config/configuration.ts';
import type { CappedScope } from '../store/budget.ts';
import type { Grants } from '../store/sessions.ts';
import type { Bucket, Rate } from './rates.ts';

/** What may be spent in a month where somebody who asks has a cap: the tenant, the person, the virtual key. */
export function moneyScopes(caller: Grants, limits: TenantLimits | undefined): CappedScope[] {
  const { key } = caller;
  return [
    ...scopeOf('tenant', '', limits?.monthlyCostNanoUsd),
    ...scopeOf('user', caller.user, limits?.userMonthlyCostNanoUsd),
    ...(key === undefined ? [] : scopeOf('key', key.id, key.caps.monthlyCostNanoUsd)),
  ];
}

/** How often somebody may ask, by the same three. */
export function rateBuckets(caller: Grants, limits: TenantLimits | undefined): Bucket[] {
  const { tenant, user, key } = caller;
  return [
    ...bucketOf(['tenant', tenant], limits?.rate),
    ...bucketOf(['user', tenant, user], limits?.userRate),
    ...(key === undefined ? [] : bucketOf(['key', key.id], rateOf(key.caps.asksPerSecond, key.caps.burst))),
  ];
}

/** Without a burst of its own, one second's asks may come at once. */
export function rateOf(perSecond: number | null, burst: number | null): Rate | null {
  return perSecond === null ? null : { perSecond, burst: burst ?? Math.max(1, Math.ceil(perSecond)) };
}

function scopeOf(kind: CappedScope['kind'], name: string, capNanoUsd: number | null | undefined): CappedScope[] {
  return capNanoUsd === null || capNanoUsd === undefined ? [] : [{ kind, name, capNanoUsd }];
}

function bucketOf(name: readonly string[], rate: Rate | null | undefined): Bucket[] {
  return rate === null || rate === undefined ? [] : [{ name: JSON.stringify(name), rate }];
}
