import * as z from 'zod/mini';
import type { Answer, NumberedEvent } from '#shared/answer.ts';
import { provenanceSchema } from '#shared/chat.ts';
import { parseJson } from '#shared/json.ts';

const usageSchema = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cachedInputTokens: z.number(),
  cacheWriteTokens: z.number(),
  cacheWriteHourTokens: z.optional(z.number()),
  reasoningTokens: z.number(),
  estimated: z.boolean(),
});

const finishReasonSchema = z.enum(['stop', 'tool_calls', 'length', 'content_filter']);

const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['answer-start', 'answer-reset']), model: z.string(), createdSeconds: z.number() }),
  z.object({ type: z.enum(['text-delta', 'reasoning-delta']), text: z.string() }),
  z.object({
    type: z.literal('tool-delta'),
    toolCalls: z.array(
      z.object({
        index: z.number(),
        id: z.optional(z.string()),
        name: z.optional(z.string()),
        arguments: z.optional(z.string()),
      }),
    ),
  }),
  z.object({
    type: z.literal('answer-end'),
    finishReason: finishReasonSchema,
    usage: z.nullable(usageSchema),
    provenance: provenanceSchema,
  }),
  z.object({
    type: z.literal('answer-problem'),
    problem: z.object({ code: z.string(), message: z.string(), status: z.number() }),
    provenance: z.nullable(provenanceSchema),
  }),
]);

const eventsSchema = z.array(z.object({ seq: z.number(), event: eventSchema }));

const answerSchema = z.object({
  id: z.string(),
  model: z.string(),
  createdSeconds: z.number(),
  text: z.string(),
  toolCalls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })),
  finishReason: finishReasonSchema,
  usage: z.nullable(usageSchema),
  provenance: provenanceSchema,
});

/** Events as they were stored, or null when the text is not a list of events. */
export function parseEvents(text: string): NumberedEvent[] | null {
  const json = parseJson(text);
  const parsed = json.ok ? eventsSchema.safeParse(json.value) : null;
  return parsed?.success === true ? parsed.data : null;
}

/** An answer as it was stored, or null when the text is none. */
export function parseAnswer(text: string): Answer | null {
  const json = parseJson(text);
  const parsed = json.ok ? answerSchema.safeParse(json.value) : null;
  return parsed?.success === true ? parsed.data : null;
}
