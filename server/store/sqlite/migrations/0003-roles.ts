/** What an attempt was made for, and how many chunks of its stream were malformed. Attempts from before were not told apart. */
export const roles = `
ALTER TABLE ledger_attempt ADD COLUMN role TEXT NOT NULL DEFAULT 'first';
ALTER TABLE ledger_attempt ADD COLUMN skipped_chunks INTEGER NOT NULL DEFAULT 0;
`;
