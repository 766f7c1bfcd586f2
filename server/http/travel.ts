import { createHash } from 'node:crypto';
import { Problem } from '#shared/problem.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';
import { defaultFeatureOf, featuresFor } from '../ask/entitlement.ts';
import type { Grants } from '../store/sessions.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { slideCookie } from './session.ts';
import { visitFrom } from './visit.ts';

/** How long a line may show no sign of life, and a stream no byte: twice our own keep-alive. */
const HEADERS_MS = 10_000;
const GAP_MS = 20_000;

/** How long a device resumes a cut stream, and how long an ask may wait on it: beyond 6 days its key may be forgotten. */
const RESUME_MS = 20_000;
const OUTBOX_DAYS = 6;
const SAVED_COUNT = 10_000;
const SAVED_BYTES = 50_000_000;

/** `GET /api/travel`: what the worker must know before it stores anything. */
export async function getTravel(c: HttpContext, parts: HttpParts): Promise<Response> {
  const visit = visitFrom(c);
  const caller = await parts.callers.identify(visit);
  const text = JSON.stringify(travelPolicy(caller.grants, parts));
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  const headers = new Headers({ etag, 'cache-control': 'private, no-cache', vary: 'cookie, authorization' });
  slideCookie(headers, caller, visit);
  const known = (c.req.header('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag)) return new Response(null, { status: 304, headers });
  headers.set('content-type', 'application/json');
  return new Response(text, { headers });
}

/** The policy for somebody. */
export function travelPolicy(grants: Grants, { configuration, epoch, dev }: HttpParts): TravelPolicy {
  const features = featuresFor(grants, configuration);
  if (features.length === 0)
    throw new Problem('feature_unknown', 'None of the features that this key may ask is declared any more.');
  return {
    epoch: epoch.current(),
    tenant_hash: shortHash(`tenant:${grants.tenant}`),
    user_hash: shortHash(`user:${grants.tenant}:${grants.user}`),
    role: grants.role,
    guest: grants.guest,
    default_feature: defaultFeatureOf(grants, configuration),
    features: features.map((feature) => ({
      name: feature.name,
      title: feature.title,
      prompt_version: feature.promptVersion,
      model_alias: feature.model,
      scope: feature.cache.scope,
      normalization: feature.normalization,
      device: feature.device,
    })),
    limits: {
      first_token_saved_ms: configuration.travel.firstTokenSavedMs,
      first_token_none_ms: configuration.travel.firstTokenNoneMs,
      headers_ms: HEADERS_MS,
      gap_ms: GAP_MS,
      resume_ms: RESUME_MS,
      outbox_days: OUTBOX_DAYS,
      saved_count: SAVED_COUNT,
      saved_bytes: SAVED_BYTES,
      body_bytes: configuration.general.bodyBytes,
    },
    simulator: configuration.travel.simulator || configuration.demo || dev,
    demo: configuration.demo,
  };
}

function shortHash(text: string): string {
  return createHash('sha256').update(`layover:${text}`).digest('hex').slice(0, 16);
}
