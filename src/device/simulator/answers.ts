import { isCurable, writeError, type ProblemCode } from '#shared/problem-codes.ts';
import type { Conditions } from '#shared/scenario.ts';

/** What stands for each status that a router gives; other 4xx are refusals by the provider, other 5xx failures of the router. */
const CODES: Record<number, ProblemCode> = {
  401: 'signed_out',
  402: 'budget_spent',
  403: 'not_allowed',
  404: 'model_unknown',
  408: 'timeout',
  413: 'too_large',
  429: 'too_many_asks',
  503: 'providers_down',
  504: 'timeout',
};

const HTML = 'text/html; charset=utf-8';

/** The answer that a scenario gives in the place of the router; null when it lets the request through. */
export function simulatedAnswer({ portal, respond }: Conditions): Response | null {
  if (portal !== undefined) return signInPage(portal);
  return respond === undefined ? null : failure(respond);
}

function signInPage(portal: NonNullable<Conditions['portal']>): Response {
  if (portal === 'redirect') {
    return new Response(null, { status: 302, headers: { location: 'http://sign-in.invalid/' } });
  }
  const page = '<!doctype html><title>Sign in to this Wi-Fi</title>';
  return new Response(page, { status: portal === '511' ? 511 : 200, headers: { 'content-type': HTML } });
}

function failure({ status, retry_after_seconds, by = 'router' }: NonNullable<Conditions['respond']>): Response {
  const headers = new Headers({ 'content-type': HTML });
  if (retry_after_seconds !== undefined) headers.set('retry-after', String(retry_after_seconds));
  if (by === 'proxy') return new Response(`<!doctype html><title>${status}</title>`, { status, headers });
  const code = CODES[status] ?? (status < 500 ? 'provider_refused' : 'broken');
  headers.set('content-type', 'application/json');
  headers.set('x-layover', '1');
  if (!isCurable(code)) headers.set('x-should-retry', 'false');
  return new Response(JSON.stringify(writeError(code, `The simulator answered ${status}.`)), { status, headers });
}
