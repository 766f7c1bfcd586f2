import type { TenantLimits } from './configuration.ts';
import type { Findings } from './findings.ts';
import type { FileSettings, TenantEntry } from './schema.ts';

/** The limits of each tenant of the file. */
export function readTenants(settings: FileSettings, findings: Findings): Map<string, TenantLimits> {
  const tenants = new Map<string, TenantLimits>();
  for (const [name, entry] of Object.entries(settings.tenants ?? {})) {
    noticeLonelyBurst(name, entry ?? {}, findings);
    tenants.set(name, limitsFrom(entry ?? {}));
  }
  return tenants;
}

function limitsFrom(entry: TenantEntry): TenantLimits {
  return {
    rate: rateOf(entry.asks_per_second, entry.burst),
    userRate: rateOf(entry.user_asks_per_second, entry.user_burst),
  };
}

/** Without a burst of its own, one second's asks may come at once. */
function rateOf(perSecond: number | null | undefined, burst: number | null | undefined): TenantLimits['rate'] {
  if (perSecond === null || perSecond === undefined) return null;
  return { perSecond, burst: burst ?? Math.max(1, Math.ceil(perSecond)) };
}

function noticeLonelyBurst(name: string, entry: TenantEntry, findings: Findings): void {
  for (const [burst, rate] of [
    ['burst', 'asks_per_second'],
    ['user_burst', 'user_asks_per_second'],
  ] as const) {
    if ((entry[burst] ?? null) === null || (entry[rate] ?? null) !== null) continue;
    findings.notice(['tenants', name, burst], `\`${burst}\` has no effect without \`${rate}\`.`);
  }
}
