import type { Address } from './addresses.ts';
import { isToken } from './tokens.ts';

/** The name that every router of a host shared until each port got its own. */
const OLD_NAME = 'layover_session';

/** How long a session lives from its last use. 30 days. */
export const SESSION_MS = 30 * 86_400_000;

/**
 * The name of the session's cookie: one for each port, as browsers keep the cookies of all ports of a host together. Over
 * HTTPS its prefix keeps anybody but this very host from setting it.
 */
export function sessionCookieName({ scheme, host, hostname }: Address): string {
  const port = host.slice(hostname.length + 1);
  return scheme === 'https' ? `__Host-${OLD_NAME}_${port || '443'}` : `${OLD_NAME}_${port || '80'}`;
}

/** The tokens in a `Cookie` header that can be ours, the one of this port first. */
export function readSessionCookies(header: string | null, address: Address): { token: string; isOld: boolean }[] {
  const name = sessionCookieName(address);
  const found: { token: string; isOld: boolean }[] = [];
  for (const pair of (header ?? '').split(';')) {
    const [given, value] = pair.trim().split('=', 2);
    if (value === undefined || !isToken(value)) continue;
    if (given === name) found.unshift({ token: value, isOld: false });
    else if (given === OLD_NAME) found.push({ token: value, isOld: true });
  }
  return found.slice(0, 2);
}

/** Every `Set-Cookie` that gives, or slides, a session; a cookie of the old name that held it is taken away. */
export function writeSessionCookies(token: string, header: string | null, address: Address): string[] {
  const cookies = [cookie(sessionCookieName(address), token, address)];
  const heldByOld = readSessionCookies(header, address).some((held) => held.isOld && held.token === token);
  return heldByOld ? [...cookies, cookie(OLD_NAME, '', address)] : cookies;
}

/** Every `Set-Cookie` that takes the session away. One of the old name beside our own may be another router's. */
export function clearSessionCookies(header: string | null, address: Address): string[] {
  const name = sessionCookieName(address);
  const held = readSessionCookies(header, address);
  const isOld = held[0]?.isOld ?? false;
  return isOld ? [cookie(name, '', address), cookie(OLD_NAME, '', address)] : [cookie(name, '', address)];
}

/** With an empty token: takes it away. */
function cookie(name: string, token: string, { scheme }: Address): string {
  const lives = token === '' ? 0 : SESSION_MS / 1000;
  return `${name}=${token}; Path=/; Max-Age=${lives}; HttpOnly; SameSite=Lax${scheme === 'https' ? '; Secure' : ''}`;
}
