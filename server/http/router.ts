import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

/** `GET /api/router`: which version this is, and who you are here; by it a command knows that its key is right. */
export async function getRouter(c: HttpContext, parts: HttpParts): Promise<Response> {
  const { grants } = await parts.callers.identify(visitFrom(c));
  const { tenant, user, role } = grants;
  return Response.json({ version: parts.version, tenant, user, role }, { headers: { 'cache-control': 'no-store' } });
}
