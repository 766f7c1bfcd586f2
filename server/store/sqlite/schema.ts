import type { AskEnded } from '#shared/telemetry.ts';
import type { ScopeKind } from '../budget.ts';
import type { EndState } from '../journal.ts';
import type { AskRow, AttemptRow } from '../ledger.ts';

/** Columns as SQLite holds them: booleans are 0 or 1. */
type Columns<Row> = { [Name in keyof Row]: Row[Name] extends boolean ? number : Row[Name] };

interface GrantsColumns {
  tenant_id: string;
  user_id: string;
  role: string;
  guest: number;
}

interface BudgetScope {
  /** Such as `2026-11`. */
  month: string;
  tenant_id: string;
  kind: ScopeKind;
  /** User or key id; empty for the tenant. */
  name: string;
}

/** The tables after the last migration, for kysely. */
export interface Schema {
  meta: { name: string; value: string };
  ask: {
    ask_id: string;
    tenant_id: string;
    user_id: string;
    key: string | null;
    body_hash: string;
    run: number;
    state: 'running' | EndState;
    /** The highest event number that is stored. */
    last_seq: number;
    /** Bytes of its events. 0 once they are removed. */
    bytes: number;
    keep_ms: number;
    /** When its events go, and when the row goes; null while it runs. */
    expires_at_ms: number | null;
    forget_at_ms: number | null;
    feature: string;
    synthetic: number;
    /** Null in a row that an earlier release wrote. */
    arrived_at_ms: number | null;
    /** JSON of the calls that were made for it. */
    calls: string;
    usage_asked: number;
    /** Under which its answer is remembered. */
    cache_key: string | null;
  };
  /** Events of one append, packed: an answer comes in some 200 deltas, and a row for each would cost most of its bytes. */
  ask_block: { ask_id: string; first_seq: number; last_seq: number; json: string };
  answer: {
    key: string;
    tenant_id: string;
    feature: string;
    prompt_version: number;
    stored_at_ms: number;
    expires_at_ms: number;
    /** When it goes. */
    keep_until_ms: number;
    /** Rises with each use; the lowest was used longest ago. */
    used: number;
    cost_nano_usd: number | null;
    bytes: number;
    json: string;
    /** The ask that it was given to first, and whose that was; null where an earlier release did not note it. */
    ask_id: string | null;
    user_id: string | null;
  };
  /** One row, kept by triggers: the bytes of all answers. */
  answer_total: { one: number; bytes: number };
  ledger_ask: Columns<Required<AskRow>>;
  ledger_attempt: Columns<AttemptRow>;
  device_event: Columns<Omit<AskEnded, 'kind'>> & { tenant_id: string; user_id: string; received_at_ms: number };
  device_batch: { tenant_id: string; user_id: string; batch_id: string; dropped: number; received_at_ms: number };
  /** What is spent and set aside of one scope in one month. */
  budget: BudgetScope & { spent_nano_usd: number; reserved_nano_usd: number };
  budget_step: BudgetScope & { percent: number; at_ms: number };
  /** One row for each scope that has a cap. */
  budget_reservation: BudgetScope & {
    ask_id: string;
    run: number;
    amount_nano_usd: number;
    cap_nano_usd: number;
    expires_at_ms: number;
  };
  link: GrantsColumns & { token_hash: string; expires_at_ms: number; added: number };
  session: GrantsColumns & { token_hash: string; expires_at_ms: number; used: number };
  forgotten_session: { token_hash: string; expires_at_ms: number };
  api_key: {
    key_id: string;
    token_hash: string;
    ends_with: string;
    name: string;
    tenant_id: string;
    user_id: string;
    role: string;
    /** JSON list; null: every feature. */
    features: string | null;
    monthly_cost_nano_usd: number | null;
    asks_per_second: number | null;
    burst: number | null;
    names_users: number;
    created_at_ms: number;
    expires_at_ms: number | null;
    revoked_at_ms: number | null;
    last_used_at_ms: number | null;
  };
}
