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
  /** A sign of life. */
  ping(): string;
  text(text: string): string;
  tool(step: Extract<Step, { do: 'call-tool' }>): string;
  /** The finish reason alone, without usage; null is the wire's own word for a whole answer. */
  reason(reason: string | null): string;
  finish(how: Finish, billed: Billed): string;
  error(step: Extract<Step, { do: 'error' }>): string;
}

/** Frames of OpenAI chat completions for the call numbered `call`. */
export function openAiFrames(call: number, model: string, includeUsage: boolean): Frames {
  let tools = 0;
  let ended = false;
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
  const choice = (delta: unknown, reason: string | null = null): unknown[] => [
    { index: 0, delta, finish_reason: reason },
  ];
  const delta = (said: unknown): string => chunk(choice(said));
  const whole = (): string => (tools > 0 ? 'tool_calls' : 'stop');
  return {
    head: () => delta({ role: 'assistant', content: '' }),
    ping: () => ': ping\n\n',
    text: (text) => delta({ content: text }),
    tool(step) {
      const index = tools++;
      const first = { index, id: step.id, type: 'function', function: { name: step.name, arguments: '' } };
      const rest = step.pieces.map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] }));
      return delta({ tool_calls: [first] }) + rest.join('');
    },
    reason(reason) {
      ended = true;
      return chunk(choice({}, reason ?? whole()));
    },
    finish(how, billed) {
      const reason = ended ? null : how.reason === undefined ? whole() : how.reason;
      const usage = includeUsage && how.usage !== false ? openAiUsage(how, billed) : null;
      const on = usage === null ? 'finish' : (how.usageOn ?? 'own-chunk');
      return (
        (reason === null ? '' : chunk(choice({}, reason), on === 'finish' ? usage : null)) +
        (on === 'own-chunk' ? chunk([], usage) : '') +
        (on === 'empty-delta' ? chunk(choice({}), usage) : '') +
        (how.terminator === false ? '' : 'data: [DONE]\n\n')
      );
    },
    error: (step) => frame({ error: { message: step.message, type: step.type, param: null, code: step.code } }),
  };
}

function openAiUsage({ usage }: Finish, { inputTokens, outputTokens }: Billed): Record<string, unknown> {
  if (typeof usage === 'object') return usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}

/** Frames of Anthropic Messages for the call numbered `call`. */
export function anthropicFrames(call: number, model: string, billed: Billed): Frames {
  let block = -1;
  let open = false;
  let tools = 0;
  let ended = false;
  const frame = (value: { type: string; [field: string]: unknown }): string =>
    `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
  const close = (): string => {
    if (!open) return '';
    open = false;
    return frame({ type: 'content_block_stop', index: block });
  };
  const start = (content: unknown): string => {
    const before = close();
    open = true;
    block++;
    return before + frame({ type: 'content_block_start', index: block, content_block: content });
  };
  const delta = (delta: unknown): string => frame({ type: 'content_block_delta', index: block, delta });
  const whole = (): string => (tools > 0 ? 'tool_use' : 'end_turn');
  const ending = (reason: string | null, usage: unknown): string =>
    frame({
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: null },
      ...(usage === null ? {} : { usage }),
    });
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
      }) + frame({ type: 'ping' }),
    ping: () => frame({ type: 'ping' }),
    text: (text) => (open ? '' : start({ type: 'text', text: '' })) + delta({ type: 'text_delta', text }),
    tool(step) {
      tools++;
      const head = start({ type: 'tool_use', id: step.id, name: step.name, input: {} });
      const rest = step.pieces.map((piece) => delta({ type: 'input_json_delta', partial_json: piece }));
      return head + rest.join('') + close();
    },
    reason(reason) {
      ended = true;
      return close() + ending(reason ?? whole(), null);
    },
    finish(how, counted) {
      const reason = ended ? null : how.reason === undefined ? whole() : how.reason;
      const told = typeof how.usage === 'object' ? how.usage : { output_tokens: counted.outputTokens };
      const usage = how.usage === false ? null : told;
      const says = reason !== null || (ended && usage !== null);
      return (
        close() +
        (says ? ending(reason, usage) : '') +
        (how.terminator === false ? '' : frame({ type: 'message_stop' }))
      );
    },
    error: (step) => frame({ type: 'error', error: { type: step.type, message: step.message } }),
  };
}

/** A whole answer in one JSON on either wire; `billed` null tells no usage. */
export function wholeJson(
  wire: 'openai' | 'anthropic',
  { call, model, text, billed }: { call: number; model: string; text: string; billed: Billed | null },
): unknown {
  if (wire === 'anthropic') {
    const usage = billed === null ? {} : { input_tokens: billed.inputTokens, output_tokens: billed.outputTokens };
    const content = [{ type: 'text', text }];
    const head = { id: `msg_fake_${call}`, type: 'message', role: 'assistant', model: `${model}-2026` };
    return { ...head, content, stop_reason: 'end_turn', stop_sequence: null, usage };
  }
  const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }];
  const head = { id: `chatcmpl-fake-${call}`, object: 'chat.completion', created: 1_800_000_000 };
  const usage = billed === null ? {} : { usage: openAiUsage({}, billed) };
  return { ...head, model: `${model}-2026`, choices, ...usage };
}
