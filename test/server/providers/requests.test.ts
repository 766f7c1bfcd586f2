import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '#shared/chat.ts';
import { writeAnthropicRequest } from '../../../server/providers/anthropic-request.ts';
import { anthropicWire } from '../../../server/providers/anthropic-wire.ts';
import { openAiWire } from '../../../server/providers/openai-wire.ts';
import type { ProviderCall } from '../../../server/providers/provider.ts';

const call = (messages: ChatMessage[], parameters: Record<string, unknown> = {}): ProviderCall => ({
  model: 'm',
  messages,
  parameters,
  idleTimeoutMs: 1000,
});
const hello: ChatMessage = { role: 'user', content: 'Hello' };
const openAiBody = (base: string, parameters: Record<string, unknown> = {}): Record<string, unknown> => {
  const url = openAiWire.url(base);
  return JSON.parse(openAiWire.body(call([hello], parameters), url)) as Record<string, unknown>;
};

describe('a request on the OpenAI wire', () => {
  it('[PW1] always asks for a stream with usage, whatever the ask said', () => {
    const body = openAiBody('http://localhost:1/v1', {
      stream: false,
      stream_options: {},
      n: 3,
      temperature: 2,
      seed: 7,
    });
    expect(body).toEqual({
      temperature: 2,
      seed: 7,
      model: 'm',
      messages: [hello],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('[PW1] switches obfuscation off at OpenAI itself only: others refuse the field', () => {
    expect(openAiBody('https://api.openai.com/v1')['stream_options']).toEqual({
      include_usage: true,
      include_obfuscation: false,
    });
    expect(openAiBody('https://api.openai.com.example.org/v1')['stream_options']).toEqual({ include_usage: true });
  });

  it('[PW1] sends no authorization when there is no key', () => {
    expect(openAiWire.headers(null)).toEqual({});
    expect(openAiWire.headers('k')).toEqual({ authorization: 'Bearer k' });
  });

  it.each([
    ['http://localhost:11434/v1', 'http://localhost:11434/v1/chat/completions'],
    ['https://host/base/', 'https://host/base/chat/completions'],
  ])('[PW1] %s is called at %s', (base, address) => expect(openAiWire.url(base).href).toBe(address));
});

describe('a request on the Anthropic wire', () => {
  it.each([
    ['https://api.anthropic.com', 'https://api.anthropic.com/v1/messages'],
    ['https://host/base/v1/', 'https://host/base/v1/messages'],
  ])('[PW2] %s is called at %s', (base, address) => expect(anthropicWire.url(base).href).toBe(address));

  it('[PW2] has its own version and key headers', () => {
    expect(anthropicWire.headers('k')).toEqual({ 'anthropic-version': '2023-06-01', 'x-api-key': 'k' });
  });

  it('[PW3] puts system and developer messages on top and merges turns of one role', () => {
    const messages: ChatMessage[] = [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'One' },
      { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Two' },
          { type: 'text', text: ' ' },
        ],
      },
      { role: 'assistant', content: '' },
      { role: 'assistant', content: 'Three \n' },
    ];
    expect(writeAnthropicRequest(call(messages))).toEqual({
      model: 'm',
      system: 'Be kind.\n\nBe brief.',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'One' },
            { type: 'text', text: 'Two' },
          ],
        },
        { role: 'assistant', content: [{ type: 'text', text: 'Three' }] },
      ],
      max_tokens: 4096,
      stream: true,
    });
  });

  it('[PW3] turns tool calls and their results into blocks', () => {
    const tool_calls = [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"q":1}' } }];
    const messages: ChatMessage[] = [
      hello,
      { role: 'assistant', content: null, tool_calls },
      { role: 'tool', tool_call_id: 'c1', content: 'Found.' },
      { role: 'user', content: 'Thanks' },
    ];
    expect(writeAnthropicRequest(call(messages))['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'find', input: { q: 1 } }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: 'Found.' },
          { type: 'text', text: 'Thanks' },
        ],
      },
    ]);
  });

  it('[PW3] sends images by data or https address', () => {
    const image = (url: string): ChatMessage => ({
      role: 'user',
      content: [{ type: 'image_url', image_url: { url } }],
    });
    const blocksOf = (message: ChatMessage): unknown =>
      (writeAnthropicRequest(call([message]))['messages'] as { content: unknown }[])[0]?.content;
    expect(blocksOf(image('data:image/PNG;base64,aGk='))).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } },
    ]);
    expect(blocksOf(image('https://host/a.png'))).toEqual([
      { type: 'image', source: { type: 'url', url: 'https://host/a.png' } },
    ]);
    expect(() => blocksOf(image('http://host/a.png'))).toThrow('An image must be');
  });

  it('[PW3] refuses a part it has no word for, as the caller’s own', () => {
    const message: ChatMessage = { role: 'user', content: [{ type: 'input_audio' }] };
    expect(() => writeAnthropicRequest(call([message]))).toThrow('`input_audio` cannot be sent');
  });

  it('[PW4] translates what it has a word for and drops the rest', () => {
    const parameters = {
      max_tokens: 9,
      max_completion_tokens: 8,
      temperature: 1.7,
      top_p: 0.5,
      stop: 'END',
      seed: 7,
      logprobs: true,
      response_format: { type: 'json_object' },
    };
    expect(writeAnthropicRequest(call([hello], parameters))).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      max_tokens: 8,
      temperature: 1,
      stop_sequences: ['END'],
      stream: true,
    });
  });

  it.each([
    ['auto', undefined, { type: 'auto' }],
    ['required', undefined, { type: 'any' }],
    ['none', false, { type: 'none' }],
    [
      { type: 'function', function: { name: 'find' } },
      false,
      { type: 'tool', name: 'find', disable_parallel_tool_use: true },
    ],
    [undefined, false, { type: 'auto', disable_parallel_tool_use: true }],
    [undefined, undefined, undefined],
  ])('[PW4] tool choice %j with parallel calls %j is %j', (tool_choice, parallel_tool_calls, expected) => {
    const tools = [{ type: 'function', function: { name: 'find', description: 'Finds.' } }];
    const body = writeAnthropicRequest(call([hello], { tools, tool_choice, parallel_tool_calls }));
    expect(body['tools']).toEqual([
      { name: 'find', description: 'Finds.', input_schema: { type: 'object', properties: {} } },
    ]);
    expect(body['tool_choice']).toEqual(expected);
  });

  it('[PW4] names the parameter that is malformed', () => {
    expect(() => writeAnthropicRequest(call([hello], { temperature: 'hot' }))).toThrow(
      '`temperature` is not of the form',
    );
  });
});
