import type { Deployment, TenantLimits } from './configuration.ts';
import type { Findings } from './findings.ts';
import type { FileSettings, TenantEntry } from './schema.ts';

/** Most deployments without a price that are named in one line. */
const UNPRICED_NAMED = 5;

/** The limits of each tenant of the file. */
export function readTenants(
  settings: FileSettings,
  { deployments, findings }: { deployments: readonly Deployment[]; findings: Findings },
): Map<string, TenantLimits> {
  if (settings.unknown_price !== 'refuse') noticeUnpriced(settings, deployments, findings);
  const tenants = new Map<string, TenantLimits>();
  for (const [name, entry] of Object.entries(settings.tenants ?? {})) {
    noticeLonelyBurst(name, entry ?? {}, findings);
    tenants.set(name, limitsFrom(entry ?? {}));
  }
  return tenants;
}

function limitsFrom(entry: TenantEntry): TenantLimits {
  return {
    monthlyCostNanoUsd: nanoUsdFrom(entry.monthly_cost_usd),
    userMonthlyCostNanoUsd: nanoUsdFrom(entry.user_monthly_cost_usd),
    rate: rateOf(entry.asks_per_second, entry.burst),
    userRate: rateOf(entry.user_asks_per_second, entry.user_burst),
  };
}

function nanoUsdFrom(usd: number | null | undefined): number | null {
  return usd === null || usd === undefined ? null : Math.round(usd * 1e9);
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

/** A cap in dollars says nothing about a model whose price nobody knows. */
function noticeUnpriced(settings: FileSettings, deployments: readonly Deployment[], findings: Findings): void {
  const unpriced = [
    ...new Set(deployments.filter(({ prices, demo }) => prices === null && !demo).map(({ name }) => name)),
  ];
  if (unpriced.length === 0) return;
  const named = unpriced.slice(0, UNPRICED_NAMED).map((name) => `\`${name}\``);
  const more = unpriced.length > UNPRICED_NAMED ? ` and ${unpriced.length - UNPRICED_NAMED} more` : '';
  const sentence = `a cap in dollars does not count ${named.join(', ')}${more}, whose price is not known; with \`unknown_price: refuse\` nobody under a cap may ask there.`;
  for (const path of cappedPaths(settings)) findings.notice(path, sentence);
}

function cappedPaths(settings: FileSettings): string[][] {
  const tenants = Object.entries(settings.tenants ?? {}).flatMap(([name, tenant]) =>
    (['monthly_cost_usd', 'user_monthly_cost_usd'] as const)
      .filter((key) => (tenant?.[key] ?? null) !== null)
      .map((key) => ['tenants', name, key]),
  );
  const features = Object.entries(settings.features ?? {})
    .filter(([, feature]) => (feature?.limits?.cost_usd ?? null) !== null)
    .map(([name]) => ['features', name, 'limits', 'cost_usd']);
  return [...tenants, ...features];
}
