import * as z from 'zod/mini';

/** Most messages one ask may carry. */
const MAX_MESSAGES = 1000;

const textPartSchema = z.looseObject({ type: z.string() });

/** A message as OpenAI describes it. Only what we read is named; the rest passes to the provider as it came. */
export const chatMessageSchema = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.optional(z.nullable(z.union([z.string(), z.array(textPartSchema)]))),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/**
 * The body of `POST /ai` and `POST /v1/chat/completions`. Unknown fields pass through.
 * `{feature, prompt}` stands for one user message.
 */
export const chatRequestSchema = z.looseObject({
  model: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  messages: z.optional(z.array(chatMessageSchema).check(z.minLength(1), z.maxLength(MAX_MESSAGES))),
  prompt: z.optional(z.string().check(z.minLength(1))),
  feature: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  metadata: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  stream: z.optional(z.nullable(z.boolean())),
  stream_options: z.optional(z.nullable(z.looseObject({ include_usage: z.optional(z.boolean()) }))),
  n: z.optional(z.nullable(z.number())),
  tools: z.optional(z.nullable(z.array(z.unknown()))),
  user: z.optional(z.nullable(z.string())),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;

/** Fields that change where or how an answer is delivered, not the answer. Everything else enters the canonical form. */
const DELIVERY_FIELDS = new Set([
  'stream',
  'stream_options',
  'feature',
  'prompt',
  'metadata',
  'model',
  'messages',
  'user',
  'store',
  'safety_identifier',
  'prompt_cache_key',
  'service_tier',
]);

/** An ask's messages, however it was written. Null when it has neither `messages` nor `prompt`, or both. */
export function messagesOf(request: ChatRequest): ChatMessage[] | null {
  if (request.messages !== undefined) return request.prompt === undefined ? request.messages : null;
  return request.prompt === undefined ? null : [{ role: 'user', content: request.prompt }];
}

/** The feature an ask names in its body: `feature`, else `metadata.feature`. */
export function featureOf(request: ChatRequest): string | null {
  if (request.feature !== undefined) return request.feature;
  const named = request.metadata?.['feature'];
  return typeof named === 'string' && named !== '' ? named : null;
}

/** Parameters that change the answer: all but the fields of delivery. */
export function answerParameters(request: ChatRequest): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(request).filter(
      ([name, value]) => !DELIVERY_FIELDS.has(name) && value !== undefined && value !== null,
    ),
  );
}

/** Why an ask's answer may not be reused, or null when it may: only plain text with one choice and no tools. */
export function notReusable(request: ChatRequest): string | null {
  if (typeof request.n === 'number' && request.n > 1) return 'more than one choice';
  if (request.tools !== undefined && request.tools !== null && request.tools.length > 0) return 'tools';
  if (request['functions'] !== undefined) return 'functions';
  for (const message of messagesOf(request) ?? []) {
    if (message.role === 'tool' || message.role === 'function' || message['tool_calls'] !== undefined)
      return 'tool results';
    if (Array.isArray(message.content) && message.content.some((part) => part.type !== 'text'))
      return 'images or files';
  }
  return null;
}

/** Usage as the wire tells it; servers add fields of their own. */
export const usageSchema = z.looseObject({
  prompt_tokens: z.optional(z.number()),
  completion_tokens: z.optional(z.number()),
  prompt_tokens_details: z.optional(
    z.nullable(
      z.looseObject({
        cached_tokens: z.optional(z.nullable(z.number())),
        cache_write_tokens: z.optional(z.nullable(z.number())),
      }),
    ),
  ),
  completion_tokens_details: z.optional(
    z.nullable(z.looseObject({ reasoning_tokens: z.optional(z.nullable(z.number())) })),
  ),
});
export type WireUsage = z.infer<typeof usageSchema>;

/** A fragment of a tool call on a chunk. */
export const toolCallDeltaSchema = z.looseObject({
  index: z.number(),
  id: z.optional(z.nullable(z.string())),
  function: z.optional(
    z.looseObject({ name: z.optional(z.nullable(z.string())), arguments: z.optional(z.nullable(z.string())) }),
  ),
});
export type WireToolCall = z.infer<typeof toolCallDeltaSchema>;

/** A chunk of a streamed chat completion, ours or a provider's: only what we read is named. */
export const chatChunkSchema = z.looseObject({
  id: z.optional(z.string()),
  created: z.optional(z.number()),
  model: z.optional(z.string()),
  choices: z._default(
    z.array(
      z.looseObject({
        delta: z.optional(
          z.nullable(
            z.looseObject({
              content: z.optional(z.nullable(z.string())),
              tool_calls: z.optional(z.nullable(z.array(toolCallDeltaSchema))),
            }),
          ),
        ),
        finish_reason: z.optional(z.nullable(z.string())),
      }),
    ),
    [],
  ),
  usage: z.optional(z.nullable(usageSchema)),
  error: z.optional(
    z.nullable(
      z.looseObject({
        message: z.optional(z.string()),
        code: z.optional(z.nullable(z.union([z.string(), z.number()]))),
        type: z.optional(z.nullable(z.string())),
      }),
    ),
  ),
  layover: z.optional(z.unknown()),
});
export type ChatChunk = z.infer<typeof chatChunkSchema>;

/** `layover` as it stands in a body or on a chunk. */
export const provenanceSchema = z.object({
  id: z.string(),
  source: z.enum(['provider', 'router-cache', 'saved']),
  provider: z.nullable(z.string()),
  model: z.nullable(z.string()),
  attempts: z.number(),
  hops: z.number(),
  cost_usd: z.nullable(z.string()),
  cost_estimated: z.boolean(),
  degraded: z.array(z.string()),
  age_seconds: z.number(),
  first_token_ms: z.nullable(z.number()),
  demo: z.boolean(),
  continued: z.optional(z.object({ provider: z.string(), at: z.number() })),
});

/** The message of a chat completion in JSON, ours or a provider's: only what we read is named. */
export const completionMessageSchema = z.looseObject({
  content: z.optional(z.nullable(z.string())),
  tool_calls: z.optional(
    z.nullable(
      z.array(z.looseObject({ id: z.string(), function: z.looseObject({ name: z.string(), arguments: z.string() }) })),
    ),
  ),
});

/** A whole chat completion in JSON, ours: what the worker needs to keep one. */
export const chatCompletionSchema = z.looseObject({
  id: z.string(),
  created: z.number(),
  model: z.string(),
  choices: z
    .array(
      z.looseObject({
        message: completionMessageSchema,
        finish_reason: z.nullable(z.string()),
      }),
    )
    .check(z.minLength(1)),
  usage: z.optional(z.nullable(usageSchema)),
  layover: provenanceSchema,
});
export type ChatCompletion = z.infer<typeof chatCompletionSchema>;
