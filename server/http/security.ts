import type { MiddlewareHandler } from 'hono';
import type { Epoch } from '../store/epoch.ts';
import type { HttpEnv } from './parts.ts';

/** A page may load what this router itself serves, and nothing else; nobody may frame it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Record<string, string> = {
  // The proof that our router answered, and no sign-in page of some Wi-Fi.
  'x-layover': '1',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
};

/** Responses that were made with these headers. */
const made = new WeakSet<Response>();

/** Puts on every response, failures too, what proves it ours and keeps it safe. */
export function secureHeaders(epoch: Epoch): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next();
    if (made.has(c.res)) return;
    for (const [name, value] of Object.entries(headersNow(epoch))) c.res.headers.set(name, value);
  };
}

/** A response that has them from the start: for what is asked most, since to change headers afterwards costs several times as much. */
export function secureResponse(
  body: ReadableStream<Uint8Array> | string,
  headers: Record<string, string>,
  epoch: Epoch,
): Response {
  const response = new Response(body, { headers: { ...headers, ...headersNow(epoch) } });
  made.add(response);
  return response;
}

function headersNow(epoch: Epoch): Record<string, string> {
  return { ...HEADERS, 'x-layover-policy': String(epoch.current()) };
}
