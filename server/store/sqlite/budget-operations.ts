import {
  ALERT_STEPS,
  monthOf,
  type BudgetLine,
  type CappedScope,
  type Reservation,
  type ReserveResult,
  type Standing,
} from '../budget.ts';
import type { AskRow } from '../ledger.ts';
import { budgetStatements, type BudgetStatements, type ScopeKey } from './budget-statements.ts';
import type { Connection } from './connection.ts';

/** The budget's operations, as the thread runs them. */
export function budgetOperations({ database }: Connection) {
  const statements = budgetStatements(database);
  return {
    'budget.reserve': (input: Omit<Reservation, 'arrivedAtMs'> & { month: string }) => reserve(statements, input),
    'budget.release': (run: { askId: string; run: number }): void => void giveBack(statements, run),
    'budget.recover': (_: null): void => {
      statements.removeAllReservations.run(null);
      statements.forgetReserved.run(null);
    },
    'budget.lines': (query: { month: string; tenant: string | null; nowMs: number; limit: number }): BudgetLine[] => {
      sweep(statements, query.nowMs);
      return statements.lines.all(query).map((row) => ({
        tenant: row.tenant_id,
        kind: row.kind,
        name: row.name,
        spentNanoUsd: row.spent_nano_usd,
        reservedNanoUsd: row.reserved_nano_usd,
        steps: statements.stepsOf.all(row),
      }));
    },
    'budget.prune': (input: { beforeMonth: string; nowMs: number }): void => {
      sweep(statements, input.nowMs);
      statements.removeOld.run(input);
      statements.removeOldSteps.run(input);
    },
  };
}

function reserve(
  statements: BudgetStatements,
  {
    askId,
    run,
    tenant,
    scopes,
    amountNanoUsd,
    month,
    nowMs,
    expiresAtMs,
  }: Omit<Reservation, 'arrivedAtMs'> & { month: string },
): ReserveResult {
  sweep(statements, nowMs);
  giveBack(statements, { askId, run });
  const keyOf = ({ kind, name }: CappedScope): ScopeKey => ({ month, tenant_id: tenant, kind, name });
  for (const scope of scopes) {
    const standing = standingOf(statements, keyOf(scope));
    noteSteps(statements, keyOf(scope), { spent: standing.spentNanoUsd, cap: scope.capNanoUsd, atMs: nowMs });
    if (standing.spentNanoUsd + standing.reservedNanoUsd + amountNanoUsd > scope.capNanoUsd)
      return { kind: 'spent', scope, ...standing };
  }
  const standings = scopes.map((scope) => {
    const key = keyOf(scope);
    statements.add.run({ ...key, spent: 0, reserved: amountNanoUsd });
    statements.addReservation.run({ ...key, askId, run, amount: amountNanoUsd, cap: scope.capNanoUsd, expiresAtMs });
    return standingOf(statements, key);
  });
  return { kind: 'reserved', standings };
}

/** Books what an ask cost, in the transaction that records it, and gives back what was set aside for it. */
export function bookCost(statements: BudgetStatements, ask: AskRow, costNanoUsd: number): void {
  const month = monthOf(ask.arrived_at_ms);
  const atMs = ask.arrived_at_ms + (ask.latency_ms ?? 0);
  const caps = giveBack(statements, { askId: ask.request_id, run: ask.run });
  if (costNanoUsd === 0) return;
  const own: ScopeKey[] = [
    { month, tenant_id: ask.tenant_id, kind: 'tenant', name: '' },
    { month, tenant_id: ask.tenant_id, kind: 'user', name: ask.user_id },
  ];
  for (const key of [...own, ...caps.filter(({ kind }) => kind === 'key')]) {
    statements.add.run({ ...key, spent: costNanoUsd, reserved: 0 });
    const cap = caps.find(({ kind, name }) => kind === key.kind && name === key.name)?.cap_nano_usd;
    if (cap === undefined) continue;
    noteSteps(statements, key, { spent: standingOf(statements, key).spentNanoUsd, cap, atMs });
  }
}

function standingOf(statements: BudgetStatements, key: ScopeKey): Standing {
  const row = statements.find.get(key);
  return { spentNanoUsd: row?.spent_nano_usd ?? 0, reservedNanoUsd: row?.reserved_nano_usd ?? 0 };
}

function noteSteps(
  statements: BudgetStatements,
  key: ScopeKey,
  { spent, cap, atMs }: { spent: number; cap: number; atMs: number },
): void {
  for (const percent of ALERT_STEPS)
    if (BigInt(spent) * 100n >= BigInt(cap) * BigInt(percent)) statements.addStep.run({ ...key, percent, atMs });
}

/** The reservations of a run, which are no more. */
function giveBack(statements: BudgetStatements, run: { askId: string; run: number }) {
  const held = statements.reservationsOf.all(run);
  if (held.length === 0) return held;
  for (const one of held) statements.add.run({ ...one, spent: 0, reserved: -one.amount_nano_usd });
  statements.removeReservations.run(run);
  return held;
}

/** Whoever set it aside has forgotten it, or the ledger did not take its ask. */
function sweep(statements: BudgetStatements, nowMs: number): void {
  for (const { ask_id: askId, run } of statements.expired.all({ nowMs })) giveBack(statements, { askId, run });
}
