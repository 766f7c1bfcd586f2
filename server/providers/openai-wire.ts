import { readFinishReason, readToolCalls } from '#shared/chat-wire.ts';
import { completionMessageSchema, toolCallDeltaSchema, usageSchema } from '#shared/chat.ts';
import type { FinishReason } from '#shared/answer.ts';
import { parseJson } from '#shared/json.ts';
import type { Usage } from '#shared/money.ts';
import type { SseEvent } from '#shared/sse.ts';
import * as z from 'zod/mini';
import { complaintOf } from './complaint.ts';
import { readOpenAiUsage } from './openai-usage.ts';
import { inStableOrder } from './prompt-cache.ts';
import type { ProviderCall } from './provider.ts';
import { InBandError, type ContentEvent, type WholeAnswer, type Wire, type WireReader } from './wire.ts';

/** OpenAI chat completions: OpenAI, OpenRouter, Groq, Ollama, vLLM, LiteLLM and many more. */
export const openAiWire: Wire = {
  url: (apiBase) => new URL(`${apiBase.replace(/\/+$/, '')}/chat/completions`),
  headers: (apiKey): Record<string, string> => (apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  body: writeBody,
  idHeader: 'x-request-id',
  reader: () => new OpenAiReader(),
  readWhole,
};

function writeBody(call: ProviderCall, url: URL): string {
  // Only one choice is read, so only one may be paid for.
  const { n: _choices, ...parameters } = call.parameters;
  const { promptCache } = call;
  const isOpenAi = url.hostname === 'api.openai.com';
  return JSON.stringify({
    // Compatible servers refuse a field that they do not know; a caller's own key comes after ours.
    ...(isOpenAi && promptCache ? { prompt_cache_key: promptCache.key } : {}),
    ...parameters,
    ...(promptCache && Array.isArray(parameters['tools']) ? { tools: inStableOrder(parameters['tools']) } : {}),
    model: call.model,
    messages: call.messages,
    stream: true,
    stream_options: {
      include_usage: true,
      // Random padding against traffic analysis: it costs bytes, and compatible servers refuse the field.
      ...(isOpenAi ? { include_obfuscation: false } : {}),
    },
  });
}

const textSchema = z.optional(z.nullable(z.string()));
const toldUsageSchema = z.optional(z.nullable(usageSchema));

/** What is read of a provider's chunk, and nothing else: there are many of them, and what is only carried along costs as much. */
const chunkSchema = z.object({
  choices: z._default(
    z.array(
      z.object({
        delta: z.optional(
          z.nullable(
            z.object({
              content: textSchema,
              tool_calls: z.optional(z.nullable(z.array(toolCallDeltaSchema))),
              refusal: z.optional(z.unknown()),
              reasoning_content: z.optional(z.unknown()),
              reasoning: z.optional(z.unknown()),
            }),
          ),
        ),
        finish_reason: textSchema,
      }),
    ),
    [],
  ),
  usage: toldUsageSchema,
});
type Chunk = z.infer<typeof chunkSchema>;
type Delta = NonNullable<Chunk['choices'][number]['delta']>;

class OpenAiReader implements WireReader {
  ending: WireReader['ending'] = 'none';
  reason: FinishReason | null = null;
  usage: Usage | null = null;
  skipped = 0;
  #refused = false;

  read(event: SseEvent): ContentEvent[] {
    if (event.data === '[DONE]') {
      if (this.reason !== null) this.ending = 'over';
      return [];
    }
    const json = parseJson(event.data);
    if (event.name === 'error') throw new InBandError(complaintOf(json.ok ? json.value : null, null));
    const text = json.ok ? bareTextOf(json.value) : null;
    if (text !== null) return text === '' ? [] : [{ type: 'text-delta', text }];
    const chunk = chunkSchema.safeParse(json.ok ? json.value : null);
    // An error object may be written in no form that the schema knows; it is still an error.
    if (json.ok && holdsError(json.value)) throw new InBandError(complaintOf(json.value, null));
    if (!chunk.success) {
      this.skipped++;
      return [];
    }
    return this.#readChunk(chunk.data);
  }

  #readChunk({ choices: [choice], usage: told }: Chunk): ContentEvent[] {
    const content = this.#readDelta(choice?.delta ?? {});
    const usage = readOpenAiUsage(told ?? null);
    if (usage !== null) this.usage = usage;
    this.#finish(choice?.finish_reason ?? null);
    // Running totals on earlier chunks are no final usage; what comes with the finish or after it is.
    if (this.ending === 'usage-open' && usage !== null) this.ending = 'over';
    return content;
  }

  #readDelta(delta: Delta): ContentEvent[] {
    const { content: text, refusal, tool_calls: calls } = delta;
    const content: ContentEvent[] = [];
    const thought = thoughtIn(delta);
    if (thought !== '') content.push({ type: 'reasoning-delta', text: thought });
    if (text !== undefined && text !== null && text !== '') content.push({ type: 'text-delta', text });
    if (typeof refusal === 'string' && refusal !== '') {
      this.#refused = true;
      content.push({ type: 'text-delta', text: refusal, refusal: true });
    }
    if (calls !== undefined && calls !== null && calls.length > 0)
      content.push({ type: 'tool-delta', toolCalls: readToolCalls(calls) });
    return content;
  }

  #finish(reason: string | null): void {
    if (reason === null || reason === '') return;
    if (reason === 'error') throw new InBandError({ status: null, type: reason, code: '', message: '' });
    this.reason = this.#refused ? 'content_filter' : finishReason(reason);
    if (this.ending === 'none') this.ending = 'usage-open';
  }
}

/**
 * The text of a chunk that says nothing else, as nearly every chunk does: the schema would say the same of it, at a microsecond each.
 * Null for any other.
 */
function bareTextOf(chunk: unknown): string | null {
  if (!isRecord(chunk) || !Array.isArray(chunk['choices'])) return null;
  const [choice, ...more] = chunk['choices'] as unknown[];
  const isBare =
    more.length === 0 && [chunk['usage'], chunk['error']].every((said) => said === undefined || said === null);
  if (!isBare || !isRecord(choice) || (choice['finish_reason'] ?? null) !== null) return null;
  const { delta } = choice;
  if (!isRecord(delta)) return null;
  for (const name in delta) if (name !== 'content' && name !== 'role') return null;
  return typeof delta['content'] === 'string' ? delta['content'] : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** OpenAI's own wire has no thinking aloud; DeepSeek, vLLM and others have one name for it, OpenRouter and Groq another. */
function thoughtIn({ reasoning_content: named, reasoning }: Delta): string {
  for (const thought of [named, reasoning]) {
    if (typeof thought === 'string' && thought !== '') return thought;
  }
  return '';
}

/** A reason that nobody defines ends the answer as `length`: kept as it is, never given again. */
function finishReason(reason: string): FinishReason {
  return readFinishReason(reason) ?? 'length';
}

function holdsError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'error' in value && value.error != null;
}

const completionSchema = z.looseObject({
  model: z.optional(z.string()),
  choices: z
    .array(
      z.looseObject({
        message: completionMessageSchema,
        finish_reason: z.optional(z.nullable(z.string())),
      }),
    )
    .check(z.minLength(1)),
});

function readWhole(value: unknown): WholeAnswer | null {
  if (holdsError(value)) throw new InBandError(complaintOf(value, null));
  const completion = completionSchema.safeParse(value);
  const [choice] = completion.data?.choices ?? [];
  if (!completion.success || choice === undefined) return null;
  const content: ContentEvent[] = [];
  const text = choice.message.content ?? '';
  if (text !== '') content.push({ type: 'text-delta', text });
  const calls = choice.message.tool_calls ?? [];
  if (calls.length > 0) {
    const toolCalls = calls.map((call, index) => ({ index, id: call.id, ...call.function }));
    content.push({ type: 'tool-delta', toolCalls });
  }
  const usage = toldUsageSchema.safeParse(completion.data['usage']);
  return {
    model: completion.data.model ?? null,
    content,
    reason: finishReason(choice.finish_reason ?? 'stop'),
    usage: usage.success ? readOpenAiUsage(usage.data ?? null) : null,
  };
}
