/** Streams as providers really write them, with what must be read from them; shortened. */
export interface Recording {
  name: string;
  wire: 'openai' | 'anthropic';
  stream: string;
  text: string;
  tools: { id: string; name: string; arguments: string }[];
  reason: 'stop' | 'tool_calls' | 'length' | 'content_filter';
  /** Input, output, cached, cache-write, reasoning; null for no usage. */
  usage: [number, number, number, number, number] | null;
  skipped: number;
}

const data = (...values: unknown[]): string => values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('');
const events = (...values: { type: string; [field: string]: unknown }[]): string =>
  values.map((value) => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`).join('');

const openAi = (choices: unknown[], rest: Record<string, unknown> = {}): unknown => ({
  id: 'chatcmpl-CrQ9',
  object: 'chat.completion.chunk',
  created: 1763687421,
  model: 'gpt-5-mini-2025-08-07',
  service_tier: 'default',
  system_fingerprint: null,
  choices,
  usage: null,
  ...rest,
});
const delta = (delta: unknown, reason: string | null = null): unknown[] => [
  { index: 0, delta, logprobs: null, finish_reason: reason },
];

export const RECORDINGS: readonly Recording[] = [
  {
    name: 'OpenAI: text with usage and obfuscation',
    wire: 'openai',
    stream:
      data(
        openAi(delta({ role: 'assistant', content: '', refusal: null }), { obfuscation: 'u3' }),
        openAi(delta({ content: 'Olá' }), { obfuscation: 'kQ' }),
        openAi(delta({ content: ' 日本 👩‍👧' }), { obfuscation: '' }),
        openAi(delta({}, 'stop'), { obfuscation: 'm' }),
        openAi([], {
          usage: {
            prompt_tokens: 1200,
            completion_tokens: 90,
            total_tokens: 1290,
            prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
            completion_tokens_details: { reasoning_tokens: 64, accepted_prediction_tokens: 0 },
          },
        }),
      ) + 'data: [DONE]\n\n',
    text: 'Olá 日本 👩‍👧',
    tools: [],
    reason: 'stop',
    usage: [1200, 90, 1024, 0, 64],
    skipped: 0,
  },
  {
    name: 'OpenAI: two tool calls, interleaved',
    wire: 'openai',
    stream:
      data(
        openAi(delta({ role: 'assistant', content: null })),
        openAi(
          delta({
            tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'find', arguments: '' } }],
          }),
        ),
        openAi(
          delta({
            tool_calls: [{ index: 1, id: 'call_b', type: 'function', function: { name: 'sum', arguments: '' } }],
          }),
        ),
        openAi(delta({ tool_calls: [{ index: 0, function: { arguments: '{"q":"é' } }] })),
        openAi(delta({ tool_calls: [{ index: 1, function: { arguments: '{}' } }] })),
        openAi(delta({ tool_calls: [{ index: 0, function: { arguments: '"}' } }] })),
        openAi(delta({}, 'tool_calls')),
      ) + 'data: [DONE]\n\n',
    text: '',
    tools: [
      { id: 'call_a', name: 'find', arguments: '{"q":"é"}' },
      { id: 'call_b', name: 'sum', arguments: '{}' },
    ],
    reason: 'tool_calls',
    usage: null,
    skipped: 0,
  },
  {
    name: 'OpenAI: a refusal is no answer to give again',
    wire: 'openai',
    stream: data(
      openAi(delta({ refusal: 'I cannot ' })),
      openAi(delta({ refusal: 'help.' })),
      openAi(delta({}, 'stop')),
    ),
    text: 'I cannot help.',
    tools: [],
    reason: 'content_filter',
    usage: null,
    skipped: 0,
  },
  {
    name: 'A gateway: comments, CRLF, usage on a chunk with a choice, no terminator',
    wire: 'openai',
    stream: (
      ': PROCESSING\n\n: PROCESSING\n\n' +
      data(
        openAi(delta({ content: 'Hi' })),
        openAi(delta({ content: '' }, 'length')),
        openAi(delta({}), { usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } }),
      )
    ).replaceAll('\n', '\r\n'),
    text: 'Hi',
    tools: [],
    reason: 'length',
    usage: [7, 2, 0, 0, 0],
    skipped: 0,
  },
  {
    name: 'A server of its own mind: a first chunk without delta, garbage between, no blank line at the end',
    wire: 'openai',
    stream:
      data({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }) +
      'data: {"choices": [{"delta": {"content": "tor\n\n' +
      data({ choices: [{ index: 0, delta: { content: 'ok' }, finish_reason: null }] }) +
      'data: {"choices":[{"index":0,"delta":{},"finish_reason":"eos"}]}',
    text: 'ok',
    tools: [],
    reason: 'length',
    usage: null,
    skipped: 1,
  },
  {
    name: 'Anthropic: text with ping, thinking, and a cached prompt',
    wire: 'anthropic',
    stream: events(
      {
        type: 'message_start',
        message: {
          id: 'msg_01',
          type: 'message',
          role: 'assistant',
          model: 'claude-sonnet-4-5',
          content: [],
          stop_reason: null,
          usage: {
            input_tokens: 21,
            cache_creation_input_tokens: 188,
            cache_read_input_tokens: 2048,
            cache_creation: { ephemeral_5m_input_tokens: 188, ephemeral_1h_input_tokens: 0 },
            output_tokens: 1,
          },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      { type: 'ping' },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Let me see…' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqQ' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'مرحبا ' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: '𝒳' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'something_new', of: 'tomorrow' },
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 15 } },
      { type: 'message_stop' },
    ),
    text: 'مرحبا 𝒳',
    tools: [],
    reason: 'stop',
    usage: [2257, 15, 2048, 188, 0],
    skipped: 0,
  },
  {
    name: 'Anthropic: text, a tool call in pieces, and one without arguments',
    wire: 'anthropic',
    stream: events(
      { type: 'message_start', message: { id: 'msg_02', usage: { input_tokens: 472, output_tokens: 2 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Okay.' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'content_block_start',
        index: 1,
        content_block: { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
      },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"city":' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: ' "São Paulo"}' } },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', id: 'toolu_2', name: 'now', input: {} },
      },
      { type: 'content_block_stop', index: 2 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 89 } },
      { type: 'message_stop' },
    ),
    text: 'Okay.',
    tools: [
      { id: 'toolu_1', name: 'weather', arguments: '{"city": "São Paulo"}' },
      { id: 'toolu_2', name: 'now', arguments: '{}' },
    ],
    reason: 'tool_calls',
    usage: [472, 89, 0, 0, 0],
    skipped: 0,
  },
  {
    name: 'Anthropic: a refusal, with a malformed event before it',
    wire: 'anthropic',
    stream:
      events({ type: 'message_start', message: { id: 'msg_03', usage: { input_tokens: 9, output_tokens: 1 } } }) +
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":"zero"}\n\n' +
      events(
        { type: 'message_delta', delta: { stop_reason: 'refusal' }, usage: { output_tokens: 4 } },
        { type: 'message_stop' },
      ),
    text: '',
    tools: [],
    reason: 'content_filter',
    usage: [9, 4, 0, 0, 0],
    skipped: 1,
  },
];
