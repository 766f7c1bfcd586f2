import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { countInputTokens } from '../../../server/pricing/input-tokens.ts';
import { boundTokens, type Prompt } from '../../../server/pricing/token-bound.ts';
import { MAX_RUN, piecesOf } from '../../../server/pricing/token-pieces.ts';
import { createTokenizer, type Tokenizer } from '../../../server/pricing/tokenizer.ts';
import { fakeClock } from '../../fakes/clock.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const open: Tokenizer[] = [];

function startTokenizer(clock = fakeClock()): Tokenizer {
  const tokenizer = createTokenizer({ clock, log: silent });
  open.push(tokenizer);
  return tokenizer;
}

afterEach(async () => {
  for (const tokenizer of open.splice(0)) await tokenizer.close();
});

function ask(text: string): Prompt {
  return { messages: [{ role: 'user', content: text }], parameters: {} };
}

/** A tokenizer that counts how often it was asked. */
function counting(tokens: number | null): { asked: () => number; count: Tokenizer['count'] } {
  let times = 0;
  return {
    asked: () => times,
    async count() {
      times += 1;
      return tokens;
    },
  };
}

const WORDS = 'The quick brown fox jumps over the lazy dog, and then it sleeps. ';

test('[M5] the bound holds every text, tool, image and mark, and is never below what a tokenizer counts', async () => {
  const tokenizer = startTokenizer();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { minLength: 1, maxLength: 4 }),
      async (texts) => {
        const prompt: Prompt = { messages: texts.map((content) => ({ role: 'user', content })), parameters: {} };
        const counted = (await tokenizer.count(texts)) ?? 0;
        expect(boundTokens(prompt)).toBeGreaterThanOrEqual(counted + 4 * texts.length);
      },
    ),
    { numRuns: 50 },
  );
  const bare = boundTokens(ask('Hi'));
  const withTools = boundTokens({ ...ask('Hi'), parameters: { tools: [{ type: 'function' }], temperature: 1 } });
  const withImage = boundTokens({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'image_url', image_url: { url: 'x' } },
        ],
      },
    ],
    parameters: {},
  });
  const withCall = boundTokens({
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: [{ id: 'a', function: { name: 'b', arguments: '{}' } }] },
    ],
    parameters: {},
  });
  expect([withTools > bare + 804, withImage > bare + 4_784, withCall > bare + 40]).toEqual([true, true, true]);
  const parameters = { tools: null, response_format: undefined, temperature: 0.5 };
  expect(boundTokens({ ...ask('Hi'), parameters })).toBe(bare);
});

test('[M5] a file counts with all bytes that are sent of it', () => {
  const data = 'A'.repeat(5_000);
  const prompt: Prompt = {
    messages: [{ role: 'user', content: [{ type: 'file', file: { file_data: data } }] }],
    parameters: {},
  };
  expect(boundTokens(prompt)).toBeGreaterThan(5_000);
});

test('[M6] an ask that is surely below its cap never asks the tokenizer', async () => {
  const tokenizer = counting(1);
  const count = await countInputTokens(ask(WORDS), { cap: 200, models: ['gpt-6-luna'], tokenizer });
  expect(count).toEqual({ tokens: boundTokens(ask(WORDS)), exact: false });
  expect(tokenizer.asked()).toBe(0);
});

test('[M6] past it the tokenizer decides, once', async () => {
  const text = WORDS.repeat(200);
  const tokenizer = startTokenizer();
  const count = await countInputTokens(ask(text), { cap: 8_000, models: ['openai/gpt-6-luna'], tokenizer });
  expect(count.exact).toBe(true);
  expect(count.tokens).toBeGreaterThan(2_500);
  expect(count.tokens).toBeLessThan(3_500);
});

test('[M6] of several models the one that makes most tokens counts, and only OpenAI’s count is exact', async () => {
  const of = async (models: string[]): Promise<unknown> =>
    countInputTokens(ask(WORDS.repeat(200)), { cap: 1, models, tokenizer: counting(1_000) });
  expect(await of(['gpt-4.1-mini', 'o3', 'gpt-oss-120b'])).toEqual({ tokens: 1_016, exact: true });
  expect(await of(['gpt-4o', 'mistral-small'])).toEqual({ tokens: 1_316, exact: false });
  expect(await of(['anthropic/claude-haiku-5-5', 'gpt-4o'])).toEqual({ tokens: 1_616, exact: false });
  expect(await of([])).toEqual({ tokens: 1_016, exact: false });
});

test('[M6] an estimate is never above the bound', async () => {
  const prompt = ask('abc');
  const count = await countInputTokens(prompt, { cap: 1, models: ['claude-x'], tokenizer: counting(1_000) });
  expect(count.tokens).toBe(boundTokens(prompt));
});

test('[M7] no piece holds a long run, and all pieces together are the text', () => {
  const hostile = ['a'.repeat(20_000), ' '.repeat(5_000), '漢'.repeat(5_000), '👩‍🚀'.repeat(2_000), WORDS.repeat(50), ''];
  for (const text of [...hostile, hostile.join('')]) {
    const pieces = [...piecesOf(text)];
    expect(pieces.join('')).toBe(text);
    const longest = new RegExp(`\\S{${MAX_RUN + 1}}|\\s{${MAX_RUN + 1}}`, 'u');
    expect(pieces.filter((piece) => longest.test(piece))).toEqual([]);
  }
  expect([...piecesOf(WORDS.repeat(1_000))]).toHaveLength(1);
});

test('[M7] a hostile prompt is counted in a thread: the loop goes round meanwhile', async () => {
  const tokenizer = startTokenizer();
  let rounds = 0;
  let isOver = false;
  const turn = (): void => {
    rounds += 1;
    if (!isOver) setImmediate(turn);
  };
  turn();
  const prompt = ask(`${'a'.repeat(20_000)} ${WORDS.repeat(15_000)}`);
  const count = await countInputTokens(prompt, { cap: 8_000, models: ['gpt-4o'], tokenizer });
  isOver = true;
  expect(count.exact).toBe(true);
  expect(count.tokens).toBeGreaterThan(200_000);
  expect(rounds).toBeGreaterThan(20);
});

test('[M7] a tokenizer that cannot count leaves the bound', async () => {
  const prompt = ask(WORDS.repeat(10));
  const count = await countInputTokens(prompt, { cap: 1, models: ['gpt-4o'], tokenizer: counting(null) });
  expect(count).toEqual({ tokens: boundTokens(prompt), exact: false });
});

test('[M7] what takes too long or waits in too great a number is given up, and the next count begins anew', async () => {
  const clock = fakeClock();
  const tokenizer = startTokenizer(clock);
  const slow = tokenizer.count(['a']);
  const refused = tokenizer.count(['b'.repeat(20_000_001)]);
  expect(await refused).toBeNull();
  await clock.advance(3_000);
  expect(await slow).toBeNull();
  expect(await tokenizer.count(['one two three'])).toBe(3);
});

test('[M7] what looks like a control token is text', async () => {
  expect(await startTokenizer().count(['<|endoftext|> hi'])).toBeGreaterThan(4);
});
