import * as z from 'zod/mini';
import { parseJson } from '#shared/json.ts';
import { DEAD_KEY_MS, MAX_KEYS, type NewKey, type VirtualKey } from '../keys.ts';
import type { Connection } from './connection.ts';
import { keyStatements } from './key-statements.ts';
import type { Schema } from './schema.ts';

const roleSchema = z.enum(['asker', 'operator']);
const featuresSchema = z.array(z.string());

/** The operations of virtual keys, as the thread runs them. */
export function keyOperations({ database, onDamage }: Connection) {
  const statements = keyStatements(database);

  const read = (row: Schema['api_key']): VirtualKey | null => {
    const key = keyOf(row);
    // A key whose bounds cannot be read grants nothing.
    if (key === null)
      onDamage(`The key \`${row.key_id}\` cannot be read back from the database, and opens nothing. Make another.`);
    return key;
  };

  return {
    'keys.add': (key: NewKey): 'added' | 'full' => {
      const count = statements.count.get(null)?.count ?? 0;
      if (count >= MAX_KEYS && statements.removeDeadest.run({ nowMs: key.createdAtMs }) === 0) return 'full';
      statements.add.run(key);
      return 'added';
    },
    'keys.find': (query: { tokenHash: string }): VirtualKey | null => {
      const row = statements.find.get(query);
      return row === undefined ? null : read(row);
    },
    'keys.list': (query: { tenant: string | null }): VirtualKey[] =>
      statements.list
        .all(query)
        .map(read)
        .filter((key) => key !== null),
    'keys.revoke': (input: { id: string; atMs: number }): VirtualKey | null => {
      statements.revoke.run(input);
      const row = statements.byId.get(input);
      return row === undefined ? null : read(row);
    },
    'keys.note-uses': ({ uses }: { uses: { id: string; atMs: number }[] }): void => {
      for (const use of uses) statements.noteUse.run(use);
    },
    'keys.forget': (whom: { tenant: string; user: string | null }): number => statements.forget.run(whom),
    'keys.prune': ({ nowMs }: { nowMs: number }): void => {
      statements.prune.run({ beforeMs: nowMs - DEAD_KEY_MS });
    },
  };
}

function keyOf(row: Schema['api_key']): VirtualKey | null {
  const role = roleSchema.safeParse(row.role);
  const json = row.features === null ? null : parseJson(row.features);
  const features = json === null ? null : featuresSchema.safeParse(json.ok ? json.value : null);
  if (!role.success || features?.success === false) return null;
  return {
    id: row.key_id,
    name: row.name,
    endsWith: row.ends_with,
    tenant: row.tenant_id,
    user: row.user_id,
    role: role.data,
    features: features?.data ?? null,
    caps: {
      monthlyCostNanoUsd: row.monthly_cost_nano_usd,
      asksPerSecond: row.asks_per_second,
      burst: row.burst,
    },
    namesUsers: row.names_users === 1,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    revokedAtMs: row.revoked_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  };
}
