import type { Clock } from '#shared/clock.ts';
import { monthOf, type Budget } from '../store/budget.ts';

/** Percent of a tenant's month from which it is on by itself. */
export const SAFEGUARD_PERCENT = 95;

/** Longest prompt while it is on. */
export const SAFEGUARD_TOKENS = 4_000;

/** Longest that a switch holds, ms. */
export const MAX_SWITCH_MS = 31 * 86_400_000;

/** Most tenants with a switch of their own, and most whose spending is known; the oldest go first. */
const MAX_TENANTS = 1_000;

/** Why the mode is on. By hand it ends at `untilMs`, by the budget with the month. */
export type SafeguardReason = { kind: 'budget' } | { kind: 'by-hand'; untilMs: number };

/** What somebody set by hand: for one tenant, or with null for all that have none of their own. */
export interface SafeguardSwitch {
  tenant: string | null;
  on: boolean;
  untilMs: number;
}

/**
 * Safeguard mode: while it is on, asks of a tenant go to the cheaper model of their feature, with a shorter context. Rules:
 * docs/behaviour.md, B50–B53. It is kept in memory: what the budget says is known again at the start, a switch by hand is not.
 */
export interface Safeguard {
  /** Why it is on for a tenant with this cap; null while it is off. */
  of(tenant: string, capNanoUsd: number | null): SafeguardReason | null;
  /** Sets the switch by hand; a lease of 0 takes it away. */
  set(tenant: string | null, on: boolean, leaseMs: number): void;
  switches(): SafeguardSwitch[];
  /** What a tenant has spent in the month of this moment; `spentNanoUsd` comes on top of it. */
  knows(tenant: string, atMs: number, spentNanoUsd: number): void;
  spends(tenant: string, atMs: number, costNanoUsd: number): void;
}

/** Safeguard mode, with what every tenant has spent in this month. */
export async function openSafeguard(budget: Pick<Budget, 'lines'>, clock: Clock): Promise<Safeguard> {
  const safeguard = createSafeguard(clock);
  const nowMs = clock.now();
  const lines = await budget.lines({ monthOfMs: nowMs, tenant: null, nowMs, limit: MAX_TENANTS });
  for (const { kind, tenant, spentNanoUsd } of lines)
    if (kind === 'tenant') safeguard.knows(tenant, nowMs, spentNanoUsd);
  return safeguard;
}

export function createSafeguard(clock: Clock): Safeguard {
  const byHand = new Map<string | null, { on: boolean; untilMs: number }>();
  const spent = new Map<string, { month: string; nanoUsd: number }>();

  function switchOf(tenant: string | null): { on: boolean; untilMs: number } | null {
    const held = byHand.get(tenant);
    if (held === undefined || held.untilMs > clock.now()) return held ?? null;
    byHand.delete(tenant);
    return null;
  }

  return {
    of(tenant, capNanoUsd) {
      const held = switchOf(tenant) ?? switchOf(null);
      if (held !== null) return held.on ? { kind: 'by-hand', untilMs: held.untilMs } : null;
      const known = spent.get(tenant);
      if (capNanoUsd === null || known === undefined || known.month !== monthOf(clock.now())) return null;
      return known.nanoUsd >= (capNanoUsd / 100) * SAFEGUARD_PERCENT ? { kind: 'budget' } : null;
    },
    set(tenant, on, leaseMs) {
      byHand.delete(tenant);
      if (leaseMs > 0) byHand.set(tenant, { on, untilMs: clock.now() + Math.min(leaseMs, MAX_SWITCH_MS) });
      keepNewest(byHand);
    },
    switches: () =>
      [...byHand.keys()].flatMap((tenant) => {
        const held = switchOf(tenant);
        return held === null ? [] : [{ tenant, ...held }];
      }),
    knows(tenant, atMs, nanoUsd) {
      spent.delete(tenant);
      spent.set(tenant, { month: monthOf(atMs), nanoUsd });
      keepNewest(spent);
    },
    spends(tenant, atMs, costNanoUsd) {
      const known = spent.get(tenant);
      if (known?.month === monthOf(atMs)) known.nanoUsd += costNanoUsd;
    },
  };
}

function keepNewest<Key>(map: Map<Key, unknown>): void {
  for (const oldest of map.keys()) {
    if (map.size <= MAX_TENANTS) return;
    map.delete(oldest);
  }
}
