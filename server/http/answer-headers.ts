import type { Provenance } from '#shared/answer.ts';

/** Longest value of a header we make from words of others. */
const MAX_CHARS = 256;

/** Where an answer came from, as headers. The cost of a stream is known only at its end, so only JSON carries it. */
export function writeProvenance(provenance: Provenance, form: 'json' | 'stream'): Record<string, string> {
  const headers: Record<string, string> = {
    'x-request-id': headerValue(provenance.id),
    'x-layover-source': provenance.source,
    'x-layover-attempts': String(provenance.attempts),
    'x-layover-hops': String(provenance.hops),
  };
  if (provenance.provider !== null) headers['x-layover-provider'] = headerValue(provenance.provider);
  if (provenance.model !== null) headers['x-layover-model'] = headerValue(provenance.model);
  if (provenance.degraded.length > 0) headers['x-layover-degraded'] = headerValue(provenance.degraded.join(','));
  if (provenance.source !== 'provider') headers['age'] = String(Math.max(0, Math.floor(provenance.age_seconds)));
  if (form === 'json' && provenance.cost_usd !== null) headers['x-layover-cost-usd'] = headerValue(provenance.cost_usd);
  return headers;
}

/** Any text as the value of a header: visible ASCII and inner blanks, nothing that could begin another header. */
export function headerValue(text: string): string {
  return text
    .slice(0, MAX_CHARS)
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .trim();
}
