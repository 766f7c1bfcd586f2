import { SSE_DONE } from '#shared/chat-wire.ts';
import { writeSse } from '#shared/sse.ts';

/** What stands around the pieces of one demo answer. */
export interface DemoFrames {
  head: string;
  piece(text: string): string;
  /** `whole` is false when the answer met its limit. */
  end(whole: boolean, outputTokens: number): string;
  error(status: number, message: string): string;
}

export interface DemoCall {
  id: string;
  model: string;
  createdSeconds: number;
  inputTokens: number;
}

/** An answer in chunks of OpenAI chat completions. */
export function openAiFrames({ id, model, createdSeconds, inputTokens }: DemoCall): DemoFrames {
  const chunk = (choices: unknown[], usage: unknown): string =>
    writeSse(JSON.stringify({ id, object: 'chat.completion.chunk', created: createdSeconds, model, choices, usage }));
  const delta = (delta: unknown, reason: string | null): string =>
    chunk([{ index: 0, delta, finish_reason: reason }], null);
  return {
    head: delta({ role: 'assistant', content: '' }, null),
    piece: (content) => delta({ content }, null),
    end(whole, outputTokens) {
      const usage = {
        prompt_tokens: inputTokens,
        completion_tokens: outputTokens,
        total_tokens: inputTokens + outputTokens,
      };
      return delta({}, whole ? 'stop' : 'length') + chunk([], usage) + SSE_DONE;
    },
    error: openAiError,
  };
}

/** An answer in events of Anthropic Messages. */
export function anthropicFrames({ id, model, inputTokens }: DemoCall): DemoFrames {
  const event = (type: string, rest: Record<string, unknown>): string =>
    `event: ${type}\n${writeSse(JSON.stringify({ type, ...rest }))}`;
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    usage: { input_tokens: inputTokens, output_tokens: 1 },
  };
  return {
    head:
      event('message_start', { message }) +
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
      event('ping', {}),
    piece: (text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
    end: (whole, outputTokens) =>
      event('content_block_stop', { index: 0 }) +
      event('message_delta', {
        delta: { stop_reason: whole ? 'end_turn' : 'max_tokens' },
        usage: { output_tokens: outputTokens },
      }) +
      event('message_stop', {}),
    error: anthropicError,
  };
}

/** A refusal in OpenAI's words. */
export function openAiError(status: number, message: string): string {
  const code = status === 401 ? 'invalid_api_key' : status === 404 ? 'model_not_found' : null;
  return JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } });
}

/** A refusal in Anthropic's words. */
export function anthropicError(status: number, message: string): string {
  const type = status === 401 ? 'authentication_error' : status === 404 ? 'not_found_error' : 'invalid_request_error';
  return JSON.stringify({ type: 'error', error: { type, message } });
}
