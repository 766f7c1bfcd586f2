import { isToken } from './tokens.ts';

const NAME = 'layover_session';

/** How long a session lives from its last use. 30 days. */
export const SESSION_MS = 30 * 86_400_000;

/** The session's token in a `Cookie` header; null when there is none that can be ours. */
export function readSessionCookie(header: string | null): string | null {
  if (header === null) return null;
  for (const pair of header.split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === NAME && value !== undefined && isToken(value)) return value;
  }
  return null;
}

/** `Set-Cookie` that gives, or slides, a session. */
export function writeSessionCookie(token: string, secure: boolean): string {
  return `${NAME}=${token}; Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** `Set-Cookie` that takes the session away. */
export function clearSessionCookie(secure: boolean): string {
  return `${NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
