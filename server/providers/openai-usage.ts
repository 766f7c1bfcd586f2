import { readUsage } from '#shared/chat-wire.ts';
import type { WireUsage } from '#shared/chat.ts';
import type { Usage } from '#shared/money.ts';

/**
 * Usage as servers of the OpenAI wire report it. xAI and Gemini leave what a model thought out of `completion_tokens` and bill it as output:
 * there `total_tokens` is more than prompt and completion, and the difference is thought. DeepSeek has a word of its own for cached.
 */
export function readOpenAiUsage(told: WireUsage | null): Usage | null {
  const read = readUsage(told);
  if (read === null || told === null) return read;
  const total = told['total_tokens'];
  const untold =
    typeof total === 'number' && Number.isSafeInteger(total) ? total - read.inputTokens - read.outputTokens : 0;
  const hit = told['prompt_cache_hit_tokens'];
  const cached =
    read.cachedInputTokens === 0 && typeof hit === 'number' && Number.isSafeInteger(hit)
      ? Math.max(0, hit)
      : read.cachedInputTokens;
  if (untold <= 0) return { ...read, cachedInputTokens: cached };
  return {
    ...read,
    cachedInputTokens: cached,
    outputTokens: read.outputTokens + untold,
    reasoningTokens: Math.max(read.reasoningTokens, untold),
  };
}
