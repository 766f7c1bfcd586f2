/** The first schema. A migration that was released is never edited: the next one changes what it left. */
export const first = `
CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ask (
  ask_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  key TEXT,
  body_hash TEXT NOT NULL,
  run INTEGER NOT NULL,
  state TEXT NOT NULL,
  last_seq INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  keep_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  forget_at_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ask_by_key ON ask (tenant_id, user_id, key) WHERE key IS NOT NULL;
CREATE INDEX ask_running ON ask (ask_id) WHERE state = 'running';
CREATE INDEX ask_by_expiry ON ask (expires_at_ms) WHERE expires_at_ms IS NOT NULL AND bytes > 0;
CREATE INDEX ask_by_end ON ask (forget_at_ms) WHERE forget_at_ms IS NOT NULL;

CREATE TABLE ask_block (
  ask_id TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (ask_id, first_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
  key TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  prompt_version INTEGER NOT NULL,
  stored_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  used INTEGER NOT NULL,
  cost_nano_usd INTEGER,
  bytes INTEGER NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX answer_by_use ON answer (used);
CREATE INDEX answer_by_expiry ON answer (expires_at_ms);
CREATE INDEX answer_by_feature ON answer (feature, tenant_id);

CREATE TABLE answer_total (
  one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  bytes INTEGER NOT NULL
) STRICT;
INSERT INTO answer_total (one, bytes) VALUES (1, 0);
CREATE TRIGGER answer_added AFTER INSERT ON answer BEGIN
  UPDATE answer_total SET bytes = bytes + new.bytes;
END;
CREATE TRIGGER answer_replaced AFTER UPDATE OF bytes ON answer BEGIN
  UPDATE answer_total SET bytes = bytes + new.bytes - old.bytes;
END;
CREATE TRIGGER answer_removed AFTER DELETE ON answer BEGIN
  UPDATE answer_total SET bytes = bytes - old.bytes;
END;

CREATE TABLE ledger_ask (
  request_id TEXT NOT NULL,
  run INTEGER NOT NULL,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  provider TEXT,
  model TEXT,
  region TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  tokens_estimated INTEGER NOT NULL,
  latency_ms REAL,
  ttft_ms REAL,
  retries INTEGER NOT NULL,
  failover_hops INTEGER NOT NULL,
  cost_nano_usd INTEGER,
  cache_hit INTEGER NOT NULL,
  cache_ttl_s REAL,
  delivery TEXT NOT NULL,
  synthetic INTEGER NOT NULL,
  drill_id TEXT,
  outcome TEXT NOT NULL,
  problem TEXT,
  arrived_at_ms INTEGER NOT NULL,
  PRIMARY KEY (request_id, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_ask_figures ON ledger_ask
  (arrived_at_ms, synthetic, delivery, tenant_id, outcome, ttft_ms, cost_nano_usd);

CREATE TABLE ledger_attempt (
  request_id TEXT NOT NULL,
  run INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  headers_ms REAL,
  ttft_ms REAL,
  total_ms REAL NOT NULL,
  status TEXT NOT NULL,
  http_status INTEGER,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cached_input_tokens INTEGER,
  cache_write_tokens INTEGER,
  tokens_estimated INTEGER NOT NULL,
  cost_nano_usd INTEGER,
  PRIMARY KEY (request_id, run, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_attempt_by_start ON ledger_attempt (started_at_ms);

CREATE TABLE device_event (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  ask_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  outcome TEXT NOT NULL,
  source TEXT NOT NULL,
  network TEXT NOT NULL,
  asked_at_ms INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  first_token_ms REAL,
  total_ms REAL,
  waited_ms REAL NOT NULL,
  tries INTEGER NOT NULL,
  resumes INTEGER NOT NULL,
  saved_age_ms REAL,
  simulated INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_event_figures ON device_event
  (asked_at_ms, simulated, tenant_id, outcome, source, waited_ms, first_token_ms);

CREATE TABLE device_batch (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  dropped INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id, batch_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_batch_by_receipt ON device_batch (received_at_ms);

CREATE TABLE link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  role TEXT NOT NULL,
  guest INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  added INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX link_by_age ON link (added);

CREATE TABLE session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  role TEXT NOT NULL,
  guest INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  used INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_use ON session (used);
`;
