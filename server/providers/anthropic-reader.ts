import type { FinishReason } from '#shared/answer.ts';
import { parseJson } from '#shared/json.ts';
import type { Usage } from '#shared/money.ts';
import type { SseEvent } from '#shared/sse.ts';
import * as z from 'zod/mini';
import { complaintOf } from './complaint.ts';
import { InBandError, type ContentEvent, type WireReader } from './wire.ts';

const count = z.optional(z.nullable(z.number()));

/** Usage as Anthropic reports it. `input_tokens` leaves out what was read from or written to the prompt cache. */
export const usageSchema = z.looseObject({
  input_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
  output_tokens: count,
  /** What was written, by how long it is kept. */
  cache_creation: z.optional(
    z.nullable(z.looseObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count })),
  ),
  output_tokens_details: z.optional(z.nullable(z.looseObject({ thinking_tokens: count }))),
});
type WireTokens = z.infer<typeof usageSchema>;

const usage = z.optional(z.nullable(usageSchema));
const index = z.number();

/** Only the events that say something to us; `type` is looked at first, so a new kind of event is never malformed. */
const eventSchemas = {
  message_start: z.looseObject({ message: z.looseObject({ usage }) }),
  content_block_start: z.looseObject({
    index,
    content_block: z.looseObject({
      type: z.string(),
      text: z.optional(z.string()),
      id: z.optional(z.string()),
      name: z.optional(z.string()),
      input: z.optional(z.unknown()),
    }),
  }),
  content_block_delta: z.looseObject({
    index,
    delta: z.looseObject({
      type: z.string(),
      text: z.optional(z.string()),
      thinking: z.optional(z.string()),
      partial_json: z.optional(z.string()),
    }),
  }),
  content_block_stop: z.looseObject({ index }),
  message_delta: z.looseObject({
    delta: z.looseObject({ stop_reason: z.optional(z.nullable(z.string())) }),
    usage,
  }),
};

const typedSchema = z.looseObject({ type: z.string() });

/** Reads the events of one Anthropic answer. */
export class AnthropicReader implements WireReader {
  ending: WireReader['ending'] = 'none';
  reason: FinishReason | null = null;
  usage: Usage | null = null;
  skipped = 0;
  /** Usage is cumulative: what an event leaves out stands as an earlier one told it. */
  #tokens: WireTokens = {};
  /** Tool calls by the index of their block; `empty` until arguments came. */
  readonly #tools = new Map<number, { index: number; empty: boolean }>();

  read(event: SseEvent): ContentEvent[] {
    const json = parseJson(event.data);
    const typed = typedSchema.safeParse(json.ok ? json.value : null);
    if (!typed.success) {
      if (event.name === 'error') throw new InBandError(complaintOf(null, null));
      this.skipped++;
      return [];
    }
    switch (typed.data.type) {
      case 'message_start':
        return this.#parsed(eventSchemas.message_start, typed.data, ({ message }) => this.#start(message.usage));
      case 'content_block_start':
        return this.#parsed(eventSchemas.content_block_start, typed.data, (said) => this.#openBlock(said));
      case 'content_block_delta':
        return this.#parsed(eventSchemas.content_block_delta, typed.data, (said) => this.#readDelta(said));
      case 'content_block_stop':
        return this.#parsed(eventSchemas.content_block_stop, typed.data, (said) => this.#closeBlock(said.index));
      case 'message_delta':
        return this.#parsed(eventSchemas.message_delta, typed.data, (said) => this.#finish(said));
      case 'message_stop':
        if (this.reason !== null) this.ending = 'over';
        return [];
      case 'error':
        throw new InBandError(complaintOf(typed.data, null));
      default:
        return [];
    }
  }

  #parsed<S extends z.ZodMiniType>(
    schema: S,
    value: unknown,
    say: (said: z.infer<S>) => ContentEvent[],
  ): ContentEvent[] {
    const said = schema.safeParse(value);
    if (said.success) return say(said.data);
    this.skipped++;
    return [];
  }

  /** Its count of output is a placeholder: told only here, it would bill one token for an answer that broke off. */
  #start(told: WireTokens | null | undefined): ContentEvent[] {
    this.#tokens = { ...told, output_tokens: undefined };
    return [];
  }

  #openBlock({
    index: block,
    content_block: opened,
  }: z.infer<typeof eventSchemas.content_block_start>): ContentEvent[] {
    if (opened.type === 'text') return textEvents(opened.text);
    if (opened.type !== 'tool_use') return [];
    const index = this.#tools.size;
    const given = opened.input;
    const whole = typeof given === 'object' && given !== null && Object.keys(given).length > 0;
    this.#tools.set(block, { index, empty: !whole });
    const call = { index, id: opened.id, name: opened.name, arguments: whole ? JSON.stringify(given) : '' };
    return [{ type: 'tool-delta', toolCalls: [call] }];
  }

  #readDelta({ index: block, delta }: z.infer<typeof eventSchemas.content_block_delta>): ContentEvent[] {
    if (delta.type === 'text_delta') return textEvents(delta.text);
    if (delta.type === 'thinking_delta')
      return (delta.thinking ?? '') === '' ? [] : [{ type: 'reasoning-delta', text: delta.thinking ?? '' }];
    const tool = this.#tools.get(block);
    if (delta.type !== 'input_json_delta' || tool === undefined || (delta.partial_json ?? '') === '') return [];
    tool.empty = false;
    return [{ type: 'tool-delta', toolCalls: [{ index: tool.index, arguments: delta.partial_json }] }];
  }

  /** A call without arguments is `{}` for everybody who parses arguments. */
  #closeBlock(block: number): ContentEvent[] {
    const tool = this.#tools.get(block);
    if (tool?.empty !== true) return [];
    tool.empty = false;
    return [{ type: 'tool-delta', toolCalls: [{ index: tool.index, arguments: '{}' }] }];
  }

  #finish({ delta, usage: told }: z.infer<typeof eventSchemas.message_delta>): ContentEvent[] {
    for (const [name, tokens] of Object.entries(told ?? {}))
      if (tokens !== null && tokens !== undefined) this.#tokens = { ...this.#tokens, [name]: tokens };
    this.usage = readTokens(this.#tokens);
    if (delta.stop_reason !== undefined && delta.stop_reason !== null) {
      this.reason = readStopReason(delta.stop_reason);
      this.ending = this.usage === null ? 'usage-open' : 'over';
    }
    return [];
  }
}

function textEvents(text: string | undefined): ContentEvent[] {
  return text === undefined || text === '' ? [] : [{ type: 'text-delta', text }];
}

/** A stop reason in OpenAI's words. One that nobody knows is `length`: kept as it is, never given again. */
export function readStopReason(reason: string): FinishReason {
  switch (reason) {
    case 'end_turn':
    case 'stop_sequence':
    case 'pause_turn':
      return 'stop';
    case 'tool_use':
      return 'tool_calls';
    case 'refusal':
      return 'content_filter';
    default:
      return 'length';
  }
}

/** Usage as OpenAI counts it: the input includes what the cache read and wrote. Null when a count is missing or is none. */
export function readTokens(told: WireTokens): Usage | null {
  if (typeof told.input_tokens !== 'number' || typeof told.output_tokens !== 'number') return null;
  const hour = told.cache_creation ? (told.cache_creation.ephemeral_1h_input_tokens ?? 0) : undefined;
  // The split was seen to be smaller than the total: then the rest counts as kept for five minutes.
  const split = (hour ?? 0) + (told.cache_creation?.ephemeral_5m_input_tokens ?? 0);
  const cacheWriteTokens = Math.max(told.cache_creation_input_tokens ?? 0, split);
  const cachedInputTokens = told.cache_read_input_tokens ?? 0;
  const read: Usage = {
    inputTokens: told.input_tokens + cacheWriteTokens + cachedInputTokens,
    outputTokens: told.output_tokens,
    cachedInputTokens,
    cacheWriteTokens,
    ...(hour === undefined ? {} : { cacheWriteHourTokens: hour }),
    reasoningTokens: told.output_tokens_details?.thinking_tokens ?? 0,
    estimated: false,
  };
  const counts = [
    read.inputTokens,
    read.outputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    read.reasoningTokens,
    hour ?? 0,
  ];
  return counts.every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0) ? read : null;
}
