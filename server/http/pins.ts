import * as z from 'zod/mini';
import { Problem } from '#shared/problem.ts';
import { MAX_PIN_MS } from '../routing/pins.ts';
import { readBody } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

const MINUTE_MS = 60_000;

const pinSchema = z.object({
  /** Left out or null: the asks of every feature. */
  feature: z.optional(z.nullable(z.string().check(z.minLength(1), z.maxLength(100)))),
  /** Id of the deployment. */
  deployment: z.string().check(z.minLength(1), z.maxLength(400)),
  /** How long it holds; it also ends with the router. */
  minutes: z.number().check(z.gt(0), z.lte(MAX_PIN_MS / MINUTE_MS)),
});

/** `GET /api/pins`: the pins set by hand that still hold. */
export async function listPins(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  return respondPins(parts);
}

/** `POST /api/pins`: in place of the pin before for the same feature. */
export async function postPin(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  const { configuration } = parts;
  const body = await readBody(c.req.raw, pinSchema, configuration.general.bodyBytes);
  const feature = body.feature ?? null;
  if (!configuration.deployments.some(({ id }) => id === body.deployment))
    throw new Problem('body_malformed', `There is no deployment \`${body.deployment}\`.`, { param: 'deployment' });
  if (feature !== null && !configuration.features.has(feature))
    throw new Problem('feature_unknown', `Feature \`${feature}\` is not declared.`, { param: 'feature' });
  parts.pins.set({ feature, deployment: body.deployment, leaseMs: body.minutes * MINUTE_MS });
  return respondPins(parts);
}

/** `DELETE /api/pins?feature=…`: without a feature, the pin for all of them. */
export async function deletePin(c: HttpContext, parts: HttpParts): Promise<Response> {
  await parts.callers.identifyOperator(visitFrom(c));
  parts.pins.clear(c.req.query('feature') ?? null);
  return respondPins(parts);
}

function respondPins({ pins }: HttpParts): Response {
  return Response.json({ pins: pins.list() }, { headers: { 'cache-control': 'no-store' } });
}
