import type { Finish, Step } from './script.ts';

/** What the fake counted for one call. */
export interface Billed {
  inputTokens: number;
  outputTokens: number;
}

/** How the fake writes one call's answer on one wire. Stateful: blocks and indexes are numbered. */
export interface Frames {
  /** What stands before the content. */
  head(): string;
  text(text: string): string;
  tool(step: Extract<Step, { do: 'call-tool' }>): string;
  finish(how: Finish, billed: Billed): string;
  error(step: Extract<Step, { do: 'error' }>): string;
}

/** Frames of OpenAI chat completions for the call numbered `call`. */
export function openAiFrames(call: number, model: string, includeUsage: boolean): Frames {
  let tools = 0;
  const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const chunk = (choices: unknown[], usage: unknown = null): string =>
    frame({
      id: `chatcmpl-fake-${call}`,
      object: 'chat.completion.chunk',
      created: 1_800_000_000,
      model: `${model}-2026`,
      choices,
      ...(includeUsage ? { usage } : {}),
    });
  const delta = (delta: unknown, reason: string | null = null): string =>
    chunk([{ index: 0, delta, finish_reason: reason }]);
  return {
    head: () => delta({ role: 'assistant', content: '' }),
    text: (text) => delta({ content: text }),
    tool(step) {
      const index = tools++;
      const first = { index, id: step.id, type: 'function', function: { name: step.name, arguments: '' } };
      const rest = step.pieces.map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] }));
      return delta({ tool_calls: [first] }) + rest.join('');
    },
    finish(how, billed) {
      const reason = how.reason === undefined ? (tools > 0 ? 'tool_calls' : 'stop') : how.reason;
      const counted = {
        prompt_tokens: billed.inputTokens,
        completion_tokens: billed.outputTokens,
        total_tokens: billed.inputTokens + billed.outputTokens,
      };
      const usage = typeof how.usage === 'object' ? how.usage : counted;
      return (
        (reason === null ? '' : delta({}, reason)) +
        (includeUsage && how.usage !== false ? chunk([], usage) : '') +
        (how.terminator === false ? '' : 'data: [DONE]\n\n')
      );
    },
    error: (step) => frame({ error: { message: step.message, type: step.type, param: null, code: step.code } }),
  };
}

/** Frames of Anthropic Messages for the call numbered `call`. */
export function anthropicFrames(call: number, model: string, billed: Billed): Frames {
  let block = -1;
  let open = false;
  let tools = 0;
  const frame = (value: { type: string }): string => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
  const close = (): string => {
    if (!open) return '';
    open = false;
    return frame({ type: 'content_block_stop', index: block } as { type: string });
  };
  const start = (content: unknown): string => {
    const before = close();
    open = true;
    block++;
    return before + frame({ type: 'content_block_start', index: block, content_block: content } as { type: string });
  };
  const delta = (delta: unknown): string =>
    frame({ type: 'content_block_delta', index: block, delta } as { type: string });
  return {
    head: () =>
      frame({
        type: 'message_start',
        message: {
          id: `msg_fake_${call}`,
          type: 'message',
          role: 'assistant',
          model: `${model}-2026`,
          content: [],
          usage: { input_tokens: billed.inputTokens, output_tokens: 1 },
        },
      } as { type: string }) + frame({ type: 'ping' }),
    text: (text) => (open ? '' : start({ type: 'text', text: '' })) + delta({ type: 'text_delta', text }),
    tool(step) {
      tools++;
      const head = start({ type: 'tool_use', id: step.id, name: step.name, input: {} });
      const rest = step.pieces.map((piece) => delta({ type: 'input_json_delta', partial_json: piece }));
      return head + rest.join('') + close();
    },
    finish(how, counted) {
      const reason = how.reason === undefined ? (tools > 0 ? 'tool_use' : 'end_turn') : how.reason;
      const told = typeof how.usage === 'object' ? how.usage : { output_tokens: counted.outputTokens };
      const ending = {
        type: 'message_delta',
        delta: { stop_reason: reason, stop_sequence: null },
        ...(how.usage === false ? {} : { usage: told }),
      };
      return (
        close() +
        (reason === null ? '' : frame(ending)) +
        (how.terminator === false ? '' : frame({ type: 'message_stop' }))
      );
    },
    error: (step) => frame({ type: 'error', error: { type: step.type, message: step.message } } as { type: string }),
  };
}
