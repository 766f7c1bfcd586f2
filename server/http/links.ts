import * as z from 'zod/mini';
import { mintToken } from '../identity/tokens.ts';
import { readBody } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { slideCookie } from './session.ts';
import { addressFrom, visitFrom } from './visit.ts';

/** How long an unspent link works. 7 days. */
const LINK_MS = 7 * 86_400_000;

const name = z.string().check(z.regex(/^[\p{L}\p{N}._@-]{1,100}$/u));
const linkSchema = z.object({
  role: z.enum(['asker', 'operator']),
  tenant: z._default(name, 'default'),
  /** Left out: somebody new. */
  user: z.optional(name),
});

/** `POST /api/links`: a one-time sign-in link, for an operator to hand out. */
export async function postLink(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const { role, tenant, user } = await readBody(c.req.raw, linkSchema, parts.configuration.general.bodyBytes);
  const grants = { tenant, user: user ?? `user-${mintToken(parts.random).slice(0, 16)}`, role, guest: false };
  const { token, expiresAtMs } = await parts.callers.makeLink(grants, LINK_MS);
  const { scheme, host } = addressFrom(c);
  return Response.json(
    { url: `${scheme}://${host}/link/${token}`, ...grants, expires_at_ms: expiresAtMs },
    { status: 201, headers: { 'cache-control': 'no-store' } },
  );
}

/** `GET /link/{token}`: spends it, signs in, and goes on to an address without a secret. */
export async function openLink(c: HttpContext, parts: HttpParts): Promise<Response> {
  // A preview or a prefetch is nobody opening it.
  if (c.req.method === 'HEAD' || (c.req.header('sec-purpose') ?? '').includes('prefetch')) {
    return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
  }
  const caller = await parts.callers.spendLink(c.req.param('token') ?? '');
  if (caller === null) return spentLink();
  const location = caller.grants.role === 'operator' ? '/console' : '/';
  const headers = new Headers({ location, 'cache-control': 'no-store' });
  slideCookie(headers, caller, visitFrom(c));
  return new Response(null, { status: 303, headers });
}

function spentLink(): Response {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>This link does not sign in · Layover</title>
<h1>This link does not sign in</h1>
<p>A sign-in link works once. This one is used, too old, or not complete.</p>
<p>Ask whoever runs Layover for another one. If that is you: start it again, and it prints a new link.</p>
<p><a href="/">Go to Layover</a></p>
</html>
`;
  return new Response(page, {
    status: 401,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
}
