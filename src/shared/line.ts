import * as z from 'zod/mini';

/** How the line between this device and the router is, judged by what happened to real requests. */
export const lineStateSchema = z.enum(['unknown', 'online', 'slow', 'offline', 'portal']);
export type LineState = z.infer<typeof lineStateSchema>;

/** One real request, as evidence. */
export const evidenceSchema = z.object({
  at_ms: z.number(),
  /** What it showed: an answer, silence past the limit, no connection, a sign-in page, something that is not ours. */
  outcome: z.enum(['answered', 'slow', 'offline', 'portal', 'bad-answer', 'cut']),
  first_token_ms: z.nullable(z.number()),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** How many pieces of evidence a line is judged by. */
export const EVIDENCE_KEPT = 5;

/** A first token later than this counts as slow, even when it came. */
export const SLOW_FIRST_TOKEN_MS = 3_000;

/** Judges the line by its last evidence: the newest decides, and a late answer means slow. */
export function judgeLine(evidence: readonly Evidence[]): LineState {
  const last = evidence.at(-1);
  if (last === undefined) return 'unknown';
  switch (last.outcome) {
    case 'answered':
      return (last.first_token_ms ?? 0) > SLOW_FIRST_TOKEN_MS ? 'slow' : 'online';
    case 'slow':
    case 'cut':
      return 'slow';
    case 'portal':
      return 'portal';
    case 'offline':
    case 'bad-answer':
      return 'offline';
    default:
      return last.outcome satisfies never;
  }
}
