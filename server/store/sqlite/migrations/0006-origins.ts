/**
 * Where a saved answer comes from, and under which key an ask finds or leaves one: so that it can be removed by either. Whose the
 * answers of earlier releases are is not known. The index holds all that a purge asks for, so that none reads an answer.
 */
export const origins = `
ALTER TABLE answer ADD COLUMN ask_id TEXT;
ALTER TABLE answer ADD COLUMN user_id TEXT;
UPDATE answer SET ask_id = json_extract(json, '$.id') WHERE json_valid(json);
DROP INDEX answer_by_feature;
CREATE INDEX answer_by_origin ON answer (tenant_id, feature, prompt_version, user_id, ask_id, key);
ALTER TABLE ask ADD COLUMN cache_key TEXT;
`;
