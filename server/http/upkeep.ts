import * as z from 'zod/mini';
import { isAskId } from '#shared/ask-id.ts';
import type { PurgeWish } from '../upkeep/purge.ts';
import { readBody } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

const name = z.string().check(z.minLength(1), z.maxLength(200));

// Strict: a member that is misspelt would have everything removed.
const purgeSchema = z.strictObject({
  feature: z.optional(name),
  tenant: z.optional(name),
  prompt_version: z.optional(z.int().check(z.gte(1), z.lte(1_000_000_000))),
  ask_id: z.optional(z.string().check(z.refine(isAskId))),
});

const headers = { 'cache-control': 'no-store' };

const personSchema = z.strictObject({ tenant: name, user: z.optional(name) });

/** `POST /api/forget`: erases a person, or everybody of a tenant; what went, in numbers. */
export async function postForget(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const { tenant, user = null } = await readBody(c.req.raw, personSchema, parts.configuration.general.bodyBytes);
  return Response.json(await parts.upkeep.forget({ tenant, user }), { headers });
}

/** `POST /api/cache/purge`: removes saved answers here and has devices forget theirs; `{}` removes all. */
export async function postPurge(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const body = await readBody(c.req.raw, purgeSchema, parts.configuration.general.bodyBytes);
  const wish: PurgeWish = {
    ...(body.feature === undefined ? {} : { feature: body.feature }),
    ...(body.tenant === undefined ? {} : { tenant: body.tenant }),
    ...(body.prompt_version === undefined ? {} : { promptVersion: body.prompt_version }),
    ...(body.ask_id === undefined ? {} : { askId: body.ask_id }),
  };
  return Response.json(await parts.upkeep.purge(wish), { headers });
}
