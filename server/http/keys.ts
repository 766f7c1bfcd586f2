import * as z from 'zod/mini';
import { Problem } from '#shared/problem.ts';
import type { Configuration } from '../config/configuration.ts';
import type { VirtualKey } from '../store/keys.ts';
import { readBody } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

/** Most features that one key is bound to: as many as a configuration has. */
const MAX_FEATURES = 200;

/** Dearest cap of a key in dollars a month: its nano-dollars stay exact. */
const MAX_MONTHLY_USD = 1_000_000;

const NANO_PER_USD = 1e9;

const who = z.string().check(z.regex(/^[\p{L}\p{N}._@-]{1,100}$/u));
const feature = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/));
const orNull = <T extends z.ZodMiniType>(schema: T) => z._default(z.nullable(schema), null);

const keySchema = z.object({
  name: z._default(z.string().check(z.trim(), z.maxLength(100), z.regex(/^[^\p{C}]*$/u)), ''),
  tenant: z._default(who, 'default'),
  /** Null or left out: a user of the key's own. */
  user: orNull(who),
  role: z._default(z.enum(['asker', 'operator']), 'asker'),
  /** Null or left out: every feature. */
  features: orNull(z.array(feature).check(z.minLength(1), z.maxLength(MAX_FEATURES))),
  caps: z._default(
    z.object({
      monthly_cost_usd: orNull(z.number().check(z.gt(0), z.lte(MAX_MONTHLY_USD))),
      asks_per_second: orNull(z.number().check(z.gt(0), z.lte(1_000_000))),
      burst: orNull(z.int().check(z.gte(1), z.lte(1_000_000))),
    }),
    { monthly_cost_usd: null, asks_per_second: null, burst: null },
  ),
  names_users: z._default(z.boolean(), false),
  /** Unix ms; null or left out: until it is revoked. */
  expires_at_ms: orNull(z.int().check(z.gt(0))),
});

const headers = { 'cache-control': 'no-store' };

/** `GET /api/keys?tenant=`: every key with its state, the newest first. No token is among them. */
export async function listKeys(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const keys = await parts.keys.list(c.req.query('tenant') ?? null);
  const nowMs = parts.clock.now();
  return Response.json({ keys: keys.map((key) => viewOf(key, nowMs)) }, { headers });
}

/** `POST /api/keys`: makes one. `token` stands in this response only. */
export async function postKey(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const wish = await readBody(c.req.raw, keySchema, parts.configuration.general.bodyBytes);
  checkFeatures(wish.features, parts.configuration);
  if (wish.expires_at_ms !== null && wish.expires_at_ms <= parts.clock.now())
    throw new Problem('body_malformed', '`expires_at_ms` is in the past.', { param: 'expires_at_ms' });
  const { monthly_cost_usd: monthlyUsd, asks_per_second: asksPerSecond, burst } = wish.caps;
  const { token, key } = await parts.keys.create({
    name: wish.name,
    tenant: wish.tenant,
    user: wish.user,
    role: wish.role,
    features: wish.features === null ? null : [...new Set(wish.features)],
    caps: {
      monthlyCostNanoUsd: monthlyUsd === null ? null : Math.round(monthlyUsd * NANO_PER_USD),
      asksPerSecond,
      burst,
    },
    namesUsers: wish.names_users,
    expiresAtMs: wish.expires_at_ms,
  });
  return Response.json({ token, ...viewOf(key, parts.clock.now()) }, { status: 201, headers });
}

/** `DELETE /api/keys/{id}`: revokes it, from now on and for good. */
export async function deleteKey(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const key = await parts.keys.revoke(c.req.param('id') ?? '');
  if (key === null) throw new Problem('route_unknown', 'There is no key with this id.');
  return Response.json(viewOf(key, parts.clock.now()), { headers });
}

function checkFeatures(names: readonly string[] | null, { features, featuresDeclared }: Configuration): void {
  const unknown = featuresDeclared ? names?.find((name) => !features.has(name)) : undefined;
  if (unknown === undefined) return;
  throw new Problem('feature_unknown', `Feature \`${unknown}\` is not declared.`, { param: 'features' });
}

function viewOf(key: VirtualKey, nowMs: number) {
  return {
    id: key.id,
    name: key.name,
    ends_with: key.endsWith,
    state: stateOf(key, nowMs),
    tenant: key.tenant,
    user: key.user,
    role: key.role,
    features: key.features,
    caps: {
      monthly_cost_usd: key.caps.monthlyCostNanoUsd === null ? null : key.caps.monthlyCostNanoUsd / NANO_PER_USD,
      asks_per_second: key.caps.asksPerSecond,
      burst: key.caps.burst,
    },
    names_users: key.namesUsers,
    created_at_ms: key.createdAtMs,
    expires_at_ms: key.expiresAtMs,
    revoked_at_ms: key.revokedAtMs,
    last_used_at_ms: key.lastUsedAtMs,
  };
}

function stateOf({ revokedAtMs, expiresAtMs }: VirtualKey, nowMs: number): 'live' | 'expired' | 'revoked' {
  if (revokedAtMs !== null) return 'revoked';
  return expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : 'live';
}
