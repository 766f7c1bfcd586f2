/** What providers' prompt caches saved. The index holds only the asks of which they saved anything. */
export const cacheSavings = `
ALTER TABLE ledger_ask ADD COLUMN cache_savings_nano_usd INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ledger_ask_savings ON ledger_ask
  (arrived_at_ms, synthetic, delivery, tenant_id, cache_savings_nano_usd) WHERE cache_savings_nano_usd <> 0;
`;
