/**
 * What is spent and set aside by month and scope. What the ledger still knows is counted in, so that a cap that comes later
 * finds the month as it is.
 */
export const budget = `
CREATE TABLE budget (
  month TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  spent_nano_usd INTEGER NOT NULL,
  reserved_nano_usd INTEGER NOT NULL,
  PRIMARY KEY (month, tenant_id, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE budget_step (
  month TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  percent INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (month, tenant_id, kind, name, percent)
) STRICT, WITHOUT ROWID;

CREATE TABLE budget_reservation (
  ask_id TEXT NOT NULL,
  run INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  month TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  amount_nano_usd INTEGER NOT NULL,
  cap_nano_usd INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  PRIMARY KEY (ask_id, run, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX budget_reservation_by_expiry ON budget_reservation (expires_at_ms);

INSERT INTO budget (month, tenant_id, kind, name, spent_nano_usd, reserved_nano_usd)
SELECT strftime('%Y-%m', ledger_ask.arrived_at_ms / 1000, 'unixepoch'), tenant_id, 'tenant', '', sum(ledger_attempt.cost_nano_usd), 0
FROM ledger_attempt JOIN ledger_ask USING (request_id, run)
WHERE ledger_attempt.cost_nano_usd > 0
GROUP BY 1, 2;

INSERT INTO budget (month, tenant_id, kind, name, spent_nano_usd, reserved_nano_usd)
SELECT strftime('%Y-%m', ledger_ask.arrived_at_ms / 1000, 'unixepoch'), tenant_id, 'user', user_id, sum(ledger_attempt.cost_nano_usd), 0
FROM ledger_attempt JOIN ledger_ask USING (request_id, run)
WHERE ledger_attempt.cost_nano_usd > 0
GROUP BY 1, 2, user_id;
`;
