import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChatMessage } from '#shared/chat.ts';
import { writeAnthropicRequest } from '../../../server/providers/anthropic-request.ts';
import { leastCachedTokens } from '../../../server/providers/model-facts.ts';
import { openAiWire } from '../../../server/providers/openai-wire.ts';
import type { PromptCache, ProviderCall } from '../../../server/providers/provider.ts';

const LONG = 'word '.repeat(2_000);
const cache: PromptCache = { ttl: '5m', blocks: ['system', 'tools'], key: 'k' };
const short = { type: 'ephemeral' };
const hour = { type: 'ephemeral', ttl: '1h' };

interface Sent {
  system?: string | { text: string; cache_control?: unknown }[];
  tools?: { name: string; cache_control?: unknown }[];
  messages: { role: string; content: { text?: string; cache_control?: unknown }[] }[];
}

function sent(messages: ChatMessage[], more: Partial<ProviderCall> = {}): Sent {
  const call = { model: 'claude-opus-5', messages, parameters: {}, idleTimeoutMs: 1, promptCache: cache, ...more };
  // What the writer gives is what the wire sends.
  return JSON.parse(JSON.stringify(writeAnthropicRequest(call))) as Sent;
}

/** Every mark in the order in which the provider reads them. */
function marksOf({ tools = [], system = [], messages }: Sent): unknown[] {
  const blocks = [
    ...tools,
    ...(typeof system === 'string' ? [] : system),
    ...messages.flatMap(({ content }) => content),
  ];
  return blocks.flatMap((block) => (block.cache_control === undefined ? [] : [block.cache_control]));
}

function tool(name: string, more: object = {}): object {
  return { type: 'function', function: { name, description: LONG }, ...more };
}

const system: ChatMessage = { role: 'system', content: LONG };
const question: ChatMessage = { role: 'user', content: 'Hello' };

test('[PW5] the feature’s system text and the last tool are marked, and what an app adds behind them', () => {
  const own: ChatMessage = { role: 'system', content: 'Today is Monday.' };
  const written = sent([system, own, question], { parameters: { tools: [tool('b'), tool('a')] } });
  expect(written.tools?.map(({ name, cache_control }) => [name, cache_control])).toEqual([
    ['a', undefined],
    ['b', short],
  ]);
  expect(written.system).toEqual([
    { type: 'text', text: LONG, cache_control: short },
    { type: 'text', text: 'Today is Monday.', cache_control: short },
  ]);
  expect(marksOf(written)).toHaveLength(3);
});

test('[PW5] an hour is said where the feature says so, and the history is marked at the last turn of the person', () => {
  const turns: ChatMessage[] = [
    question,
    { role: 'assistant', content: 'Hi' },
    question,
    { role: 'assistant', content: 'So' },
  ];
  const written = sent([system, ...turns], { promptCache: { ...cache, ttl: '1h', blocks: ['history'] } });
  expect(written.system).toBe(LONG);
  expect(written.messages.map(({ content }) => content.at(-1)?.cache_control)).toEqual([
    undefined,
    undefined,
    hour,
    undefined,
  ]);
});

test('[PW5] a prefix that the model would not keep gets no mark', () => {
  const text = 'word '.repeat(400);
  const isMarked = (model: string): boolean =>
    marksOf(sent([{ role: 'system', content: text }, question], { model })).length > 0;
  expect([isMarked('claude-opus-5'), isMarked('claude-sonnet-4-6'), isMarked('claude-haiku-4-5')]).toEqual([
    true,
    false,
    false,
  ]);
  const least = [
    'claude-haiku-4-5-20251001',
    'claude-opus-4-7',
    'claude-3-haiku-20240307',
    'claude-sonnet-5',
    'claude-opus-4-8',
  ];
  expect(least.map(leastCachedTokens)).toEqual([4096, 4096, 2048, 1024, 1024]);
  expect(leastCachedTokens('anthropic/claude-fable-5')).toBe(512);
});

test('[PW5] without a mark the request is what it was', () => {
  expect(sent([{ role: 'system', content: 'Short.' }, question])).toEqual(
    sent([{ role: 'system', content: 'Short.' }, question], { promptCache: null }),
  );
});

test('[PW5] a caller’s own marks stay where they are, also where the feature’s are off', () => {
  const parts = [
    { type: 'text', text: LONG, cache_control: hour },
    { type: 'text', text: 'More.' },
  ];
  const written = sent(
    [
      { role: 'system', content: parts },
      { role: 'user', content: parts },
    ],
    { promptCache: null },
  );
  expect(written.system).toEqual([
    { type: 'text', text: LONG, cache_control: hour },
    { type: 'text', text: 'More.' },
  ]);
  expect(written.messages[0]?.content[0]?.cache_control).toEqual(hour);
  const strange = { type: 'text', text: 'Hi', cache_control: { type: 'forever' } };
  expect(marksOf(sent([{ role: 'user', content: [strange] }], { promptCache: null }))).toEqual([]);
});

test('[PW5] whatever a caller marks, there are never more than four marks with ours, and an hour never stands behind five minutes by us', () => {
  const mark = fc.constantFrom(undefined, short, hour);
  fc.assert(
    fc.property(
      fc.array(mark, { maxLength: 3 }),
      fc.array(mark, { maxLength: 3 }),
      fc.array(mark, { minLength: 1, maxLength: 3 }),
      fc.constantFrom<PromptCache['ttl']>('5m', '1h'),
      (tools, systems, turns, ttl) => {
        const part = (cache_control: object | undefined): { type: 'text' } => ({
          type: 'text',
          ...{ text: LONG, cache_control },
        });
        const messages: ChatMessage[] = [
          ...systems.map((own): ChatMessage => ({ role: 'system', content: [part(own)] })),
          ...turns.map((own): ChatMessage => ({ role: 'user', content: [part(own)] })),
        ];
        const parameters = { tools: tools.map((own, at) => tool(`t${at}`, { cache_control: own })) };
        const promptCache: PromptCache = { ttl, blocks: ['system', 'tools', 'history'], key: 'k' };
        const own = marksOf(sent(messages, { parameters, promptCache: null }));
        const all = marksOf(sent(messages, { parameters, promptCache }));
        expect(all.length).toBeLessThanOrEqual(Math.max(4, own.length));
        const isOrdered = (marks: unknown[]): boolean =>
          !/short.*hour/.test(marks.map((one) => (JSON.stringify(one).includes('1h') ? 'hour' : 'short')).join(' '));
        if (isOrdered(own)) expect(isOrdered(all)).toBe(true);
        if (own.length < 4) expect(all.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 300 },
  );
});

function openAiBody(base: string, more: Partial<ProviderCall> = {}): Record<string, unknown> {
  const call = { model: 'm', messages: [question], parameters: {}, idleTimeoutMs: 1, promptCache: cache, ...more };
  return JSON.parse(openAiWire.body(call, openAiWire.url(base))) as Record<string, unknown>;
}

test('[PW6] OpenAI gets the key of the prefix, others do not, and a caller’s own stays', () => {
  expect(openAiBody('https://api.openai.com/v1')['prompt_cache_key']).toBe('k');
  expect(openAiBody('https://api.openai.com/v1', { promptCache: null })).not.toHaveProperty('prompt_cache_key');
  expect(openAiBody('https://api.groq.com/openai/v1')).not.toHaveProperty('prompt_cache_key');
  const parameters = { prompt_cache_key: 'own' };
  expect(openAiBody('https://api.openai.com/v1', { parameters })['prompt_cache_key']).toBe('own');
  expect(openAiBody('https://api.groq.com/openai/v1', { parameters })['prompt_cache_key']).toBe('own');
});

test('[PW7] tools are sorted by name on both wires; off, and where one has no name, they are sent as they came', () => {
  const names = (tools: unknown): unknown =>
    (tools as { function: { name: string } }[]).map((one) => one.function.name);
  const tools = [tool('b'), tool('a')];
  expect(names(openAiBody('http://localhost/v1', { parameters: { tools } })['tools'])).toEqual(['a', 'b']);
  expect(names(openAiBody('http://localhost/v1', { parameters: { tools }, promptCache: null })['tools'])).toEqual([
    'b',
    'a',
  ]);
  const mixed = { tools: [{ type: 'web_search' }, tool('a')] };
  expect(openAiBody('http://localhost/v1', { parameters: mixed })['tools']).toEqual(mixed.tools);
  expect(sent([question], { parameters: { tools }, promptCache: null }).tools?.map(({ name }) => name)).toEqual([
    'b',
    'a',
  ]);
});
