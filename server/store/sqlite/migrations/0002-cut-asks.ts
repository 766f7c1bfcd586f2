/** What the ledger needs of an ask whose process ended before it was booked. Rows from before hold no time of arrival. */
export const cutAsks = `
ALTER TABLE ask ADD COLUMN feature TEXT NOT NULL DEFAULT 'default';
ALTER TABLE ask ADD COLUMN synthetic INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ask ADD COLUMN arrived_at_ms INTEGER;
`;
