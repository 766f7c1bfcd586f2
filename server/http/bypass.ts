import * as z from 'zod/mini';
import { MAX_BYPASS_MS, type BypassState } from '../bypass/switch.ts';
import { readBody } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

const MINUTE_MS = 60_000;

const bypassSchema = z.object({
  /** How long it lasts; it also ends with the router. */
  minutes: z.number().check(z.gt(0), z.lte(MAX_BYPASS_MS / MINUTE_MS)),
});

/** `GET /api/bypass`: whether asks go straight to the primary, by whose doing, until when, and to whom. */
export async function getBypass(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  return respondState(parts.bypass.switch.state(), parts);
}

/** `POST /api/bypass`: for so many minutes. */
export async function postBypass(c: HttpContext, parts: HttpParts): Promise<Response> {
  const { grants } = await parts.callers.identifyOperator(visitFrom(c));
  const { minutes } = await readBody(c.req.raw, bypassSchema, parts.configuration.general.bodyBytes);
  const state = parts.bypass.switch.turnOn(minutes * MINUTE_MS);
  parts.log.warn({ tenant: grants.tenant, user: grants.user, minutes }, 'The router is bypassed by hand.');
  return respondState(state, parts);
}

/** `DELETE /api/bypass`: now. What the environment holds on stays on, and says so. */
export async function deleteBypass(c: HttpContext, parts: HttpParts): Promise<Response> {
  const { grants } = await parts.callers.identifyOperator(visitFrom(c));
  const state = parts.bypass.switch.turnOff();
  parts.log.warn({ tenant: grants.tenant, user: grants.user, state: state.kind }, 'The bypass was turned off by hand.');
  return respondState(state, parts);
}

function respondState(state: BypassState, { bypass }: HttpParts): Response {
  const primary = bypass.primary()?.name ?? null;
  return Response.json({ ...written(state), primary }, { headers: { 'cache-control': 'no-store' } });
}

function written(state: BypassState): object {
  if (state.kind === 'off') return { state: 'off', by: null, since_ms: null, until_ms: null };
  if (state.by === 'environment') return { state: 'on', by: state.by, since_ms: null, until_ms: null };
  return { state: 'on', by: state.by, since_ms: state.sinceMs, until_ms: state.untilMs };
}
