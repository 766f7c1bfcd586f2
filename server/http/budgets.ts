import * as z from 'zod/mini';
import type { SafeguardReport } from '#shared/budget-wire.ts';
import { Problem } from '#shared/problem.ts';
import { MAX_LINES, reportBudgets } from '../guard/budget-report.ts';
import { MAX_SWITCH_MS } from '../guard/safeguard.ts';
import { readBody } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

const MINUTE_MS = 60_000;

const switchSchema = z.object({
  on: z.boolean(),
  /** How long it holds; it also ends with the router. Left out with `on: false`: the switch is taken away. */
  minutes: z.optional(z.number().check(z.gt(0), z.lte(MAX_SWITCH_MS / MINUTE_MS))),
  /** Left out: every tenant that has no switch of its own. */
  tenant: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
});

/** `GET /api/budgets`: what everybody has spent in this month. */
export async function getBudgets(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const { configuration, safeguard } = parts;
  const nowMs = parts.clock.now();
  const [lines, keys] = await Promise.all([
    parts.budget.lines({ monthOfMs: nowMs, tenant: null, nowMs, limit: MAX_LINES + 1 }),
    parts.keys.list(null),
  ]);
  const keyCaps = new Map(keys.map(({ id, caps }) => [id, caps.monthlyCostNanoUsd]));
  const report = reportBudgets({ lines, configuration, keyCaps, safeguard, nowMs });
  return Response.json(report, { headers: { 'cache-control': 'no-store' } });
}

/** `GET /api/safeguard`. */
export async function getSafeguard(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  return respondSwitches(parts);
}

/** `POST /api/safeguard`: on or off by hand, for a while. */
export async function postSafeguard(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const { on, minutes, tenant } = await readBody(c.req.raw, switchSchema, parts.configuration.general.bodyBytes);
  if (on && minutes === undefined)
    throw new Problem('body_malformed', '`minutes` is missing: how long shall it be on?', { param: 'minutes' });
  parts.safeguard.set(tenant ?? null, on, (minutes ?? 0) * MINUTE_MS);
  return respondSwitches(parts);
}

function respondSwitches({ safeguard }: HttpParts): Response {
  const switches = safeguard.switches().map(({ tenant, on, untilMs }) => ({ tenant, on, until_ms: untilMs }));
  return Response.json({ switches } satisfies SafeguardReport, { headers: { 'cache-control': 'no-store' } });
}
