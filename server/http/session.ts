import type { Caller, Visit } from '../identity/callers.ts';
import { clearSessionCookie, writeSessionCookie } from '../identity/session-cookie.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

/** `POST /api/session`: who I am here; on this computer itself somebody without a session becomes a guest. */
export async function postSession(c: HttpContext, parts: HttpParts): Promise<Response> {
  const visit = visitFrom(c);
  const caller = await parts.callers.welcome(visit);
  const { tenant, user, role, guest } = caller.grants;
  return Response.json(
    { tenant, user, role, guest },
    { headers: { 'cache-control': 'no-store', ...slideCookie(caller, visit) } },
  );
}

/** `DELETE /api/session`: sign out; `?wipe=1` also empties what the browser keeps of us. */
export async function deleteSession(c: HttpContext, parts: HttpParts): Promise<Response> {
  const visit = visitFrom(c);
  await parts.callers.signOut(visit);
  const headers = new Headers({
    'cache-control': 'no-store',
    'set-cookie': clearSessionCookie(visit.address.scheme === 'https'),
  });
  if (c.req.query('wipe') === '1') headers.set('clear-site-data', '"cookies", "storage"');
  return new Response(null, { status: 204, headers });
}

/** The browser's copy of a session slides with ours. */
export function slideCookie(caller: Caller, visit: Visit): Record<string, string> {
  if (caller.token === null) return {};
  return { 'set-cookie': writeSessionCookie(caller.token, visit.address.scheme === 'https') };
}
