/** What was called for an ask, so that a crash can be priced; and whether its client asked for usage, so that a resume gives it. */
export const calls = `
ALTER TABLE ask ADD COLUMN calls TEXT NOT NULL DEFAULT '[]';
ALTER TABLE ask ADD COLUMN usage_asked INTEGER NOT NULL DEFAULT 0;
`;
