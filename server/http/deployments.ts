import * as z from 'zod/mini';
import { Problem } from '#shared/problem.ts';
import { MAX_DELAY_MS, MAX_LEASE_MS } from '../routing/faults.ts';
import type { DeploymentView } from '../routing/health.ts';
import { readBody } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

const MINUTE_MS = 60_000;

const faultSchema = z.object({
  kind: z.enum(['revoked-key', 'blocked', 'slow-first-token']),
  /** How long it lasts; it also ends with the router. */
  minutes: z.number().check(z.gt(0), z.lte(MAX_LEASE_MS / MINUTE_MS)),
  /** For `slow-first-token`: how long content is held back. Default: longer than a call may wait. */
  delay_ms: z.optional(z.number().check(z.gte(0), z.lte(MAX_DELAY_MS))),
});

/** `GET /api/deployments`. */
export async function listDeployments(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  return Response.json({ deployments: parts.deployments.views() }, { headers: { 'cache-control': 'no-store' } });
}

/** `POST /api/deployments/{id}/fault`. */
export async function postFault(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const { id } = readView(c, parts);
  const fault = await readBody(c.req.raw, faultSchema, parts.configuration.general.bodyBytes);
  parts.faults.set(id, {
    kind: fault.kind,
    leaseMs: fault.minutes * MINUTE_MS,
    delayMs: fault.delay_ms ?? MAX_DELAY_MS,
  });
  return Response.json(readView(c, parts));
}

/** `DELETE /api/deployments/{id}/fault`. */
export async function deleteFault(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const { id } = readView(c, parts);
  parts.faults.clear(id);
  parts.deployments.forgive(id);
  return Response.json(readView(c, parts));
}

function readView(c: HttpContext, parts: HttpParts): DeploymentView {
  const id = c.req.param('id') ?? '';
  const view = parts.deployments.views().find((each) => each.id === id);
  if (view === undefined) throw new Problem('route_unknown', 'There is no deployment with this id.');
  return view;
}
