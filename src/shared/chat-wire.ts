import type { Answer, AnswerEvent, FinishReason, NumberedEvent, Provenance, ToolCallDelta } from '#shared/answer.ts';
import {
  provenanceSchema,
  type ChatChunk,
  type ChatCompletion,
  type WireToolCall,
  type WireUsage,
} from '#shared/chat.ts';
import type { Usage } from '#shared/money.ts';
import { writeSse } from '#shared/sse.ts';

/** What a reader of a stream asked for. */
export interface StreamOptions {
  /** `stream_options.include_usage`: a chunk of usage with empty `choices` before `[DONE]`. */
  includeUsage: boolean;
}

/** The last line of a whole stream. */
export const SSE_DONE = 'data: [DONE]\n\n';

/** Writes the events of one ask as OpenAI chunks, in the order of the journal. */
export class ChunkWriter {
  readonly #id: string;
  readonly #options: StreamOptions;
  #model = '';
  #created = 0;

  constructor(id: string, options: StreamOptions) {
    this.#id = id;
    this.#options = options;
  }

  /** Tells the writer of events that the reader already has (a resume), without writing them. */
  skip(event: AnswerEvent): void {
    if (event.type === 'answer-start' || event.type === 'answer-reset') {
      this.#model = event.model;
      this.#created = event.createdSeconds;
    }
  }

  /**
   * The text for one event; the last event of a whole answer ends with `[DONE]`, a problem does not. A reader that has the
   * chunk with the finish reason (`after` is its number) gets the chunk of usage alone.
   */
  write({ seq, event }: NumberedEvent, after = 0): string {
    this.skip(event);
    switch (event.type) {
      case 'answer-start':
      case 'answer-reset':
        return this.#chunk(seq, { role: 'assistant', content: '' }, null);
      case 'text-delta':
        return this.#chunk(seq, { content: event.text }, null);
      case 'reasoning-delta':
        return this.#chunk(seq, { reasoning_content: event.text }, null);
      case 'tool-delta':
        return this.#chunk(
          seq,
          {
            tool_calls: event.toolCalls.map(({ index, id, name, arguments: args }) => ({
              index,
              ...(id === undefined ? {} : { id, type: 'function' }),
              function: { ...(name === undefined ? {} : { name }), arguments: args ?? '' },
            })),
          },
          null,
        );
      case 'answer-end':
        if (!this.#options.includeUsage)
          return this.#chunk(seq, {}, event.finishReason, { layover: event.provenance }) + SSE_DONE;
        return (
          (after < seq ? this.#chunk(seq, {}, event.finishReason) : '') +
          writeSse(
            JSON.stringify({ ...this.#head(), choices: [], usage: writeUsage(event.usage), layover: event.provenance }),
            seq + 1,
          ) +
          SSE_DONE
        );
      case 'answer-problem':
        return writeSse(
          JSON.stringify({
            error: { message: event.problem.message, type: 'server_error', param: null, code: event.problem.code },
            ...(event.provenance === null ? {} : { layover: event.provenance }),
          }),
          seq,
        );
      default:
        return event satisfies never;
    }
  }

  #head(): Record<string, unknown> {
    return { id: this.#id, object: 'chat.completion.chunk', created: this.#created, model: this.#model };
  }

  #chunk(
    seq: number,
    delta: Record<string, unknown>,
    finish: FinishReason | null,
    more: Record<string, unknown> = {},
  ): string {
    const usage = this.#options.includeUsage ? { usage: null } : {};
    return writeSse(
      JSON.stringify({ ...this.#head(), choices: [{ index: 0, delta, finish_reason: finish }], ...usage, ...more }),
      seq,
    );
  }
}

/** A whole answer as a chat completion in JSON. */
export function writeCompletion(answer: Answer): ChatCompletion {
  const toolCalls = answer.toolCalls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
  return {
    id: answer.id,
    object: 'chat.completion',
    created: answer.createdSeconds,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.text === '' && toolCalls.length > 0 ? null : answer.text,
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
        },
        finish_reason: answer.finishReason,
      },
    ],
    usage: writeUsage(answer.usage),
    layover: answer.provenance,
  };
}

/** A chat completion of ours, read back. Null when its finish reason is none we know. */
export function readCompletion(body: ChatCompletion): Answer | null {
  const [choice] = body.choices;
  const finishReason = readFinishReason(choice?.finish_reason ?? null);
  if (choice === undefined || finishReason === null) return null;
  return {
    id: body.id,
    model: body.model,
    createdSeconds: body.created,
    text: choice.message.content ?? '',
    toolCalls: (choice.message.tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      arguments: call.function.arguments,
    })),
    finishReason,
    usage: readUsage(body.usage ?? null),
    provenance: body.layover,
  };
}

/** What one chunk of ours says, as events; a chunk of usage completes the end that came before it. */
export interface ChunkReading {
  model: string | null;
  createdSeconds: number | null;
  text: string;
  toolCalls: ToolCallDelta[];
  finishReason: FinishReason | null;
  usage: Usage | null;
  provenance: Provenance | null;
  problem: { code: string; message: string } | null;
}

/** Reads a chunk, ours or a provider's. */
export function readChunk(chunk: ChatChunk): ChunkReading {
  const [choice] = chunk.choices;
  // Nearly no chunk has one, and to refuse what is not there takes longer than all the rest.
  const provenance = chunk.layover === undefined ? null : provenanceSchema.safeParse(chunk.layover);
  return {
    model: chunk.model ?? null,
    createdSeconds: chunk.created ?? null,
    text: choice?.delta?.content ?? '',
    toolCalls: readToolCalls(choice?.delta?.tool_calls ?? []),
    finishReason: readFinishReason(choice?.finish_reason ?? null),
    usage: readUsage(chunk.usage ?? null),
    provenance: provenance?.success === true ? provenance.data : null,
    problem:
      chunk.error == null
        ? null
        : {
            code: String(chunk.error.code ?? 'broken'),
            message: chunk.error.message ?? 'The stream ended with an error.',
          },
  };
}

/** The fragments of tool calls on a chunk. */
export function readToolCalls(calls: readonly WireToolCall[]): ToolCallDelta[] {
  return calls.map((call) => ({
    index: call.index,
    id: call.id ?? undefined,
    name: call.function?.name ?? undefined,
    arguments: call.function?.arguments ?? undefined,
  }));
}

/** A finish reason of the wire; null for none and for what nobody defines. */
export function readFinishReason(reason: string | null): FinishReason | null {
  switch (reason) {
    case 'stop':
    case 'length':
    case 'content_filter':
    case 'tool_calls':
      return reason;
    case 'function_call':
      return 'tool_calls';
    default:
      return null;
  }
}

function writeUsage(usage: Usage | null): WireUsage | null {
  if (usage === null) return null;
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

/** Usage as a provider reported it; null when it reported none, or numbers that no count can be. */
export function readUsage(usage: WireUsage | null): Usage | null {
  if (usage?.prompt_tokens === undefined || usage.completion_tokens === undefined) return null;
  const read: Usage = {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    cachedInputTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    cacheWriteTokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    estimated: false,
  };
  const counts = [
    read.inputTokens,
    read.outputTokens,
    read.cachedInputTokens,
    read.cacheWriteTokens,
    read.reasoningTokens,
  ];
  return counts.every((count) => Number.isSafeInteger(count) && count >= 0) ? read : null;
}
