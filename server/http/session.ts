import type { Caller, Visit } from '../identity/callers.ts';
import { clearSessionCookies, writeSessionCookies } from '../identity/session-cookie.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

/** `POST /api/session`: who I am here; on this computer itself somebody without a session becomes a guest. */
export async function postSession(c: HttpContext, parts: HttpParts): Promise<Response> {
  const visit = visitFrom(c);
  const caller = await parts.callers.welcome(visit);
  const { tenant, user, role, guest } = caller.grants;
  const headers = new Headers({ 'cache-control': 'no-store' });
  slideCookie(headers, caller, visit);
  return Response.json({ tenant, user, role, guest }, { headers });
}

/**
 * `DELETE /api/session`: sign out; `?wipe=everything` also has the browser empty all that it keeps for this origin, other
 * people's too, and the worker. Cookies are not named: they are those of every port of the host. docs/decisions/0008.
 */
export async function deleteSession(c: HttpContext, parts: HttpParts): Promise<Response> {
  const visit = visitFrom(c);
  await parts.callers.signOut(visit);
  const headers = new Headers({ 'cache-control': 'no-store' });
  for (const cookie of clearSessionCookies(visit.cookie, visit.address)) headers.append('set-cookie', cookie);
  if (c.req.query('wipe') === 'everything') headers.set('clear-site-data', '"cache", "storage"');
  return new Response(null, { status: 204, headers });
}

/** The browser's copy of a session slides with ours. */
export function slideCookie(headers: Headers, caller: Caller, visit: Visit): void {
  if (caller.token === null) return;
  for (const cookie of writeSessionCookies(caller.token, visit.cookie, visit.address))
    headers.append('set-cookie', cookie);
}
