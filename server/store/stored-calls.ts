import * as z from 'zod/mini';
import { parseJson } from '#shared/json.ts';
import type { NotedCall } from './journal.ts';

const ratesSchema = z.object({
  inputPicoUsd: z.number(),
  outputPicoUsd: z.number(),
  cachedInputPicoUsd: z.number(),
  cacheWritePicoUsd: z.number(),
  cacheWriteHourPicoUsd: z.optional(z.number()),
  reasoningPicoUsd: z.optional(z.number()),
});

const pricesSchema = z.extend(ratesSchema, {
  long: z.optional(z.object({ aboveInputTokens: z.number(), prices: ratesSchema })),
});

const callsSchema = z.array(
  z.object({
    provider: z.string(),
    model: z.string(),
    role: z.enum(['first', 'retry', 'failover', 'hedge', 'continuation', 'probe']),
    startedAtMs: z.number(),
    ended: z.nullable(z.object({ status: z.string(), totalMs: z.number() })),
    inputTokens: z.number(),
    outputTokens: z.number(),
    estimated: z.boolean(),
    costNanoUsd: z.nullable(z.number()),
    prices: z.nullable(pricesSchema),
  }),
);

/** Calls as they were noted, or null when the text is not a list of them. */
export function parseCalls(text: string): NotedCall[] | null {
  const json = parseJson(text);
  const parsed = json.ok ? callsSchema.safeParse(json.value) : null;
  return parsed?.success === true ? parsed.data : null;
}
