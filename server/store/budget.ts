/**
 * What tenants, their people and their keys have spent in a month and what is set aside for asks under way. Its rules:
 *
 * [B20] `reserve` sets an amount aside in every scope or in none: it takes nothing that would bring what is spent and set aside past the cap of any. In whatever order asks come.
 * [B21] `ledger.record` of an ask books its cost to its tenant and its person, and to its key when that had a cap, and gives back what was set aside, in one transaction. What is recorded again changes nothing; an attempt that ends late is added.
 * [B22] What was set aside counts until `expiresAtMs`, whoever forgot it. The same run has one reservation: the last.
 * [B23] A month is one of the calendar in UTC, and an ask belongs to the one in which it arrived.
 * [B24] `recover` gives back everything that is set aside; it is called once, at the start, when nothing runs. `release` gives back one, of a run that called nobody.
 * [B25] The first time that a scope has spent 60, 85 and 95 percent of its cap in a month is kept, once each.
 * [B26] Months are kept for `KEEP_MONTHS`, counting the one that runs.
 */
export interface Budget {
  reserve(reservation: Reservation): Promise<ReserveResult>;
  release(run: { askId: string; run: number }): Promise<void>;
  recover(): Promise<void>;
  /** What stands in one month, those who spent most first; of one tenant, or of all. */
  lines(query: { monthOfMs: number; tenant: string | null; nowMs: number; limit: number }): Promise<BudgetLine[]>;
  prune(nowMs: number): Promise<void>;
}

/** Percent of a cap at which somebody is told. */
export const ALERT_STEPS = [60, 85, 95] as const;

/** Months whose spending is kept. */
export const KEEP_MONTHS = 13;

/** Whose money it is: the tenant's as a whole, one person's, or that of one virtual key. */
export type ScopeKind = 'tenant' | 'user' | 'key';

export interface CappedScope {
  kind: ScopeKind;
  /** User or key id; empty for the tenant. */
  name: string;
  capNanoUsd: number;
}

export interface Reservation {
  askId: string;
  run: number;
  tenant: string;
  scopes: CappedScope[];
  amountNanoUsd: number;
  arrivedAtMs: number;
  nowMs: number;
  expiresAtMs: number;
}

/** How a scope stands. */
export interface Standing {
  spentNanoUsd: number;
  reservedNanoUsd: number;
}

export type ReserveResult =
  /** In the order of `scopes`, with this reservation. */
  | { kind: 'reserved'; standings: Standing[] }
  /** Of the first scope that had no room, without this reservation. */
  | ({ kind: 'spent'; scope: CappedScope } & Standing);

export interface BudgetLine extends Standing {
  tenant: string;
  kind: ScopeKind;
  name: string;
  steps: { percent: number; atMs: number }[];
}

/** The month of a moment, such as `2026-11`. */
export function monthOf(ms: number): string {
  // A moment that is none is within nothing, and throws.
  if (!(ms >= lastMonth.fromMs && ms < lastMonth.toMs)) {
    const name = new Date(ms).toISOString().slice(0, 7);
    lastMonth = { name, fromMs: Date.parse(`${name}-01`), toMs: nextMonthMs(ms) };
  }
  return lastMonth.name;
}

/** What was asked last: nearly every moment that is asked for is of this month. */
let lastMonth = { name: '', fromMs: 0, toMs: 0 };

/** When the month after that of a moment begins. */
export function nextMonthMs(ms: number): number {
  const at = new Date(ms);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
}

/** The month so many before that of a moment. */
export function monthBefore(ms: number, count: number): string {
  const at = new Date(ms);
  return monthOf(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - count, 1));
}
