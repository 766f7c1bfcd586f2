/** Sessions of whoever was forgotten, by the hash of their tokens: a device that comes with one is told, until it would have ended anyway. */
export const forgotten = `
CREATE TABLE forgotten_session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
