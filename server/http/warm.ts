import * as z from 'zod/mini';
import { Problem } from '#shared/problem.ts';
import { readBody } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

const wishSchema = z.object({
  /** Null or left out: every feature. */
  feature: z._default(z.nullable(z.string().check(z.minLength(1), z.maxLength(100))), null),
  tenant: z._default(z.string().check(z.regex(/^[\p{L}\p{N}._@-]{1,100}$/u)), 'default'),
});

/** `POST /api/warm`: puts the stable beginning of features into their providers' prompt caches, and says what it cost. */
export async function postWarm(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const { configuration } = parts;
  const wish = await readBody(c.req.raw, wishSchema, configuration.general.bodyBytes);
  if (wish.feature !== null && !configuration.features.has(wish.feature))
    throw new Problem('feature_unknown', `Feature \`${wish.feature}\` is not declared.`, { param: 'feature' });
  const done = await parts.warm.warm(wish, c.req.raw.signal);
  return Response.json(done, { headers: { 'cache-control': 'no-store' } });
}
