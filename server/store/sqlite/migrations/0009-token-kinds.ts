/** What is kept for an hour, and what was thought, have rates of their own. Attempts from before did not tell them apart. */
export const tokenKinds = `
ALTER TABLE ledger_attempt ADD COLUMN cache_write_hour_tokens INTEGER;
ALTER TABLE ledger_attempt ADD COLUMN reasoning_tokens INTEGER;
`;
