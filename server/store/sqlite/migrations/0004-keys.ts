/** Virtual keys. `features` is a list in JSON; null stands for every feature. */
export const keys = `
CREATE TABLE api_key (
  key_id TEXT NOT NULL PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  ends_with TEXT NOT NULL,
  name TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  role TEXT NOT NULL,
  features TEXT,
  monthly_cost_nano_usd INTEGER,
  asks_per_second REAL,
  burst INTEGER,
  names_users INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  revoked_at_ms INTEGER,
  last_used_at_ms INTEGER
) STRICT, WITHOUT ROWID;
`;
