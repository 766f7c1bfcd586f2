import type { HttpParts } from './parts.ts';

/** `GET /healthz`: this process answers. */
export function getHealth(): Response {
  return Response.json({ ok: true }, { headers: { 'cache-control': 'no-store' } });
}

/** `GET /readyz`: every alias has a deployment that may be called now, and the database answers. */
export async function getReadiness(parts: HttpParts): Promise<Response> {
  const reasons = aliasesWithout(parts);
  try {
    await parts.checkDatabase();
  } catch (failure) {
    parts.log.error({ err: failure }, 'The database does not answer.');
    reasons.push('The database does not answer.');
  }
  const ok = reasons.length === 0;
  return Response.json(ok ? { ok } : { ok, reasons }, {
    status: ok ? 200 : 503,
    headers: { 'cache-control': 'no-store' },
  });
}

function aliasesWithout(parts: HttpParts): string[] {
  const views = parts.deployments.views();
  const served = new Set(views.filter((view) => view.health.kind === 'closed').map((view) => view.alias));
  return [...new Set(views.map((view) => view.alias))]
    .filter((alias) => !served.has(alias))
    .map((alias) => `No deployment of \`${alias}\` can be called now.`);
}
