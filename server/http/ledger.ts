import { Problem } from '#shared/problem.ts';
import { reportSlo } from '../slo/report.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

const DAY_MS = 86_400_000;
const MAX_RECENT = 200;

/** `GET /api/slo`: the figures of the window, and what is left of the error budget. */
export async function getSlo(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const { slo } = parts.configuration;
  const toMs = parts.clock.now();
  const fromMs = toMs - slo.windowDays * DAY_MS;
  const figures = await parts.ledger.figures({ tenant: null, fromMs, toMs });
  return Response.json(reportSlo(figures, slo, { fromMs, toMs }), { headers: { 'cache-control': 'no-store' } });
}

/** `GET /api/asks?limit=`: the newest asks with their attempts. */
export async function listAsks(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const text = c.req.query('limit') ?? '50';
  const limit = Number(text);
  if (!/^\d{1,3}$/.test(text) || limit < 1 || limit > MAX_RECENT) {
    throw new Problem('header_malformed', `\`limit\` must be a whole number from 1 to ${MAX_RECENT}.`, {
      param: 'limit',
    });
  }
  const asks = await parts.ledger.recent({ tenant: null, limit });
  return Response.json({ asks }, { headers: { 'cache-control': 'no-store' } });
}
