/** Answers that stay past their time, to stand in when nobody can answer; and what was done to an ask. */
export const degraded = `
ALTER TABLE answer ADD COLUMN keep_until_ms INTEGER NOT NULL DEFAULT 0;
UPDATE answer SET keep_until_ms = expires_at_ms;
DROP INDEX answer_by_expiry;
CREATE INDEX answer_by_expiry ON answer (keep_until_ms);
ALTER TABLE ledger_ask ADD COLUMN degraded TEXT NOT NULL DEFAULT '';
`;
