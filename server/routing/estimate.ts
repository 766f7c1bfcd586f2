import type { ChatMessage } from '#shared/chat.ts';
import type { Usage } from '#shared/money.ts';
import type { Deployment } from '../config/configuration.ts';

/** Bytes of UTF-8 that count as one token, where a provider reports no usage. */
const BYTES_PER_TOKEN = 4;

/** No tokens, and surely so. */
export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

/** Most tokens of one call that are believed; ten times the largest context there is. */
const MAX_TOKENS = 100_000_000;

/** Whether a provider's count can be true. One absurd count would spoil the sums of a whole month. */
export function isCredible(usage: Usage): boolean {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, cacheWriteHourTokens = 0 } = usage;
  return (
    Math.max(inputTokens, outputTokens) <= MAX_TOKENS &&
    cachedInputTokens + cacheWriteTokens <= inputTokens &&
    cacheWriteHourTokens <= cacheWriteTokens &&
    usage.reasoningTokens <= outputTokens
  );
}

/** The usage of a call that reported none: UTF-8 bytes of every text sent, and of all that came, by 4, rounded up. Marked as estimated. */
export function estimateUsage(messages: readonly ChatMessage[], outputBytes: number): Usage {
  const inputBytes = messages.reduce((sum, message) => sum + bytesOf(message), 0);
  return { ...NO_USAGE, inputTokens: tokensIn(inputBytes), outputTokens: tokensIn(outputBytes), estimated: true };
}

/** What two calls used together. */
export function addUsage(one: Usage, other: Usage): Usage {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
    cacheWriteHourTokens: (one.cacheWriteHourTokens ?? 0) + (other.cacheWriteHourTokens ?? 0),
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
    estimated: one.estimated || other.estimated,
  };
}

/** Few texts have more bytes than this to a token; what is longer even so is longer by any tokenizer. */
const MOST_BYTES_PER_TOKEN = 6;

/** Whether a deployment is known to take less than this for sure. What is only doubtful the provider decides. */
export function isSurelyTooLong({ maxInputTokens }: Deployment, messages: readonly ChatMessage[]): boolean {
  if (maxInputTokens === null) return false;
  const bytes = messages.reduce((sum, message) => sum + bytesOf(message), 0);
  return bytes / MOST_BYTES_PER_TOKEN > maxInputTokens;
}

/** Images and files count as nothing: their price is the provider's own affair. */
function bytesOf({ content }: ChatMessage): number {
  if (typeof content === 'string') return Buffer.byteLength(content);
  let bytes = 0;
  for (const part of content ?? []) if (typeof part['text'] === 'string') bytes += Buffer.byteLength(part['text']);
  return bytes;
}

/** UTF-8 bytes as tokens, rounded up. */
export function tokensIn(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
