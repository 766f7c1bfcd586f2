import { telemetryBatchSchema } from '#shared/telemetry.ts';
import { readBody } from './body.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

/** `POST /telemetry`: what a device felt; the same event again changes nothing. */
export async function postTelemetry(c: HttpContext, parts: HttpParts): Promise<Response> {
  const { grants } = await parts.callers.identify(visitFrom(c));
  const batch = await readBody(c.req.raw, telemetryBatchSchema, parts.configuration.general.bodyBytes);
  const receivedAtMs = parts.clock.now();
  const receipt = await parts.ledger.recordDevice({
    tenant: grants.tenant,
    user: grants.user,
    batchId: batch.batch_id,
    dropped: batch.dropped,
    skewMs: batch.sent_at_ms - receivedAtMs,
    receivedAtMs,
    events: batch.events,
  });
  return Response.json({ accepted: receipt.accepted, repeated: receipt.repeated });
}
