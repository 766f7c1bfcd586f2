import { expect, test } from 'vitest';
import { readTokens } from '../../../server/providers/anthropic-reader.ts';
import { readOpenAiUsage } from '../../../server/providers/openai-usage.ts';

const told = { input_tokens: 10, output_tokens: 20 };

test('[P5] Anthropic wire: what is kept for an hour is told apart, and what was thought', () => {
  const usage = readTokens({
    ...told,
    cache_read_input_tokens: 300,
    cache_creation_input_tokens: 500,
    cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 400 },
    output_tokens_details: { thinking_tokens: 15 },
  });
  expect(usage).toEqual({
    inputTokens: 810,
    outputTokens: 20,
    cachedInputTokens: 300,
    cacheWriteTokens: 500,
    cacheWriteHourTokens: 400,
    reasoningTokens: 15,
    estimated: false,
  });
});

test('[P5] Anthropic wire: a split that is smaller than its total leaves the rest at five minutes, one that is larger is believed', () => {
  const write = (total: number | null, fiveMinutes: number, hour: number): unknown => {
    const cache_creation = { ephemeral_5m_input_tokens: fiveMinutes, ephemeral_1h_input_tokens: hour };
    const usage = readTokens({ ...told, cache_creation_input_tokens: total, cache_creation });
    return [usage?.cacheWriteTokens, usage?.cacheWriteHourTokens];
  };
  expect(write(1_000, 0, 300)).toEqual([1_000, 300]);
  expect(write(1_000, 0, 0)).toEqual([1_000, 0]);
  expect(write(null, 200, 300)).toEqual([500, 300]);
});

test('[P5] OpenAI wire: what was thought and stands in the total alone is output', () => {
  const grok = { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135 };
  expect(readOpenAiUsage({ ...grok, completion_tokens_details: { reasoning_tokens: 94 } })).toMatchObject({
    outputTokens: 103,
    reasoningTokens: 94,
  });
  expect(readOpenAiUsage(grok)).toMatchObject({ inputTokens: 32, outputTokens: 103, reasoningTokens: 94 });
  const openai = { ...grok, completion_tokens: 103, completion_tokens_details: { reasoning_tokens: 94 } };
  expect(readOpenAiUsage(openai)).toMatchObject({ outputTokens: 103, reasoningTokens: 94 });
  expect(readOpenAiUsage({ ...openai, total_tokens: 1 })).toMatchObject({ outputTokens: 103 });
  expect(readOpenAiUsage({ ...openai, total_tokens: 1e300 })).toMatchObject({ outputTokens: 103 });
});

test('[P5] OpenAI wire: DeepSeek’s word for what was cached is read where OpenAI’s is missing', () => {
  const usage = { prompt_tokens: 100, completion_tokens: 1, prompt_cache_hit_tokens: 64 };
  expect(readOpenAiUsage(usage)?.cachedInputTokens).toBe(64);
  expect(readOpenAiUsage({ ...usage, prompt_tokens_details: { cached_tokens: 32 } })?.cachedInputTokens).toBe(32);
  expect(readOpenAiUsage({ ...usage, prompt_cache_hit_tokens: 'many' })?.cachedInputTokens).toBe(0);
});
