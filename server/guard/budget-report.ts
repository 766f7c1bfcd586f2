import type { BudgetReport } from '#shared/budget-wire.ts';
import type { Configuration, TenantLimits } from '../config/configuration.ts';
import { monthOf, nextMonthMs, type BudgetLine } from '../store/budget.ts';
import type { Safeguard } from './safeguard.ts';

/** Most lines that are shown: those who spent most. */
export const MAX_LINES = 2_000;

/** What operators see of the month: every tenant that has a cap or spent something, with its people and keys. */
export function reportBudgets(about: {
  lines: readonly BudgetLine[];
  configuration: Pick<Configuration, 'tenants' | 'deployments' | 'unknownPrice'>;
  /** Monthly caps of virtual keys by their ids. */
  keyCaps: ReadonlyMap<string, number | null>;
  safeguard: Pick<Safeguard, 'of'>;
  nowMs: number;
}): BudgetReport {
  const { configuration, keyCaps, safeguard, nowMs } = about;
  const lines = about.lines.slice(0, MAX_LINES);
  const { tenants } = configuration;
  const capped = [...tenants].filter(([, limits]) => hasCap(limits)).map(([name]) => name);
  const names = new Set([...lines.map(({ tenant }) => tenant), ...capped]);
  return {
    month: monthOf(nowMs),
    ends_at_ms: nextMonthMs(nowMs),
    unknown_price: configuration.unknownPrice,
    unpriced: configuration.deployments.filter(({ prices }) => prices === null).map(({ name }) => name),
    tenants: [...names].map((tenant) => {
      const own = lines.filter((line) => line.tenant === tenant);
      const limits = tenants.get(tenant);
      const cap = limits?.monthlyCostNanoUsd ?? null;
      const reason = safeguard.of(tenant, cap);
      const of = (kind: BudgetLine['kind']): BudgetLine[] => own.filter((line) => line.kind === kind);
      return {
        tenant,
        ...standing(of('tenant')[0] ?? null, cap),
        safeguard:
          reason === null ? null : { why: reason.kind, until_ms: reason.kind === 'by-hand' ? reason.untilMs : null },
        users: of('user').map((line) => ({
          user: line.name,
          ...standing(line, limits?.userMonthlyCostNanoUsd ?? null),
        })),
        keys: of('key').map((line) => ({ key: line.name, ...standing(line, keyCaps.get(line.name) ?? null) })),
      };
    }),
    is_cut: about.lines.length > MAX_LINES,
  };
}

function hasCap({ monthlyCostNanoUsd, userMonthlyCostNanoUsd }: TenantLimits): boolean {
  return monthlyCostNanoUsd !== null || userMonthlyCostNanoUsd !== null;
}

function standing(line: BudgetLine | null, capNanoUsd: number | null) {
  return {
    cap_nano_usd: capNanoUsd,
    spent_nano_usd: line?.spentNanoUsd ?? 0,
    reserved_nano_usd: line?.reservedNanoUsd ?? 0,
    steps: (line?.steps ?? []).map(({ percent, atMs }) => ({ percent, at_ms: atMs })),
  };
}
