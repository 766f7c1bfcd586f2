import type { MiddlewareHandler } from 'hono';
import { Problem } from '#shared/problem.ts';
import type { OwnAddresses } from '../identity/addresses.ts';
import type { HttpEnv } from './parts.ts';

const EXPOSED = [
  'x-request-id',
  'x-layover',
  'x-layover-source',
  'x-layover-provider',
  'x-layover-model',
  'x-layover-attempts',
  'x-layover-hops',
  'x-layover-cost-usd',
  'x-layover-degraded',
  'x-layover-policy',
  'retry-after',
  'x-should-retry',
  'age',
].join(', ');

const ALLOWED = new Set([
  'accept',
  'authorization',
  'cache-control',
  'content-type',
  'idempotency-key',
  'last-event-id',
  'openai-organization',
  'openai-project',
  'prefer',
  'x-layover-accept',
  'x-layover-feature',
]);

/**
 * Lets pages of the listed origins use bearer keys. No cookie ever counts for them: credentials are not allowed, and
 * a write by cookie needs our own origin.
 */
export function shareWith(own: OwnAddresses): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const origin = c.req.header('origin');
    const listed = origin !== undefined && own.corsOrigins.includes(origin);
    if (c.req.method === 'OPTIONS' && origin !== undefined) {
      if (!listed) throw new Problem('origin_unknown', 'Pages of this origin may not use this router.');
      return preflight(origin, c.req.header('access-control-request-headers') ?? '');
    }
    await next();
    if (!listed) return;
    c.res.headers.set('access-control-allow-origin', origin);
    c.res.headers.set('access-control-expose-headers', EXPOSED);
    c.res.headers.append('vary', 'origin');
  };
}

function preflight(origin: string, wanted: string): Response {
  const names = wanted
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    // The official SDKs describe themselves in headers of this form.
    .filter((name) => ALLOWED.has(name) || /^x-stainless-[a-z-]{1,40}$/.test(name));
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': names.join(', '),
      'access-control-max-age': '600',
      vary: 'origin, access-control-request-headers',
    },
  });
}
