import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costNanoUsd, type Usage } from '#shared/money.ts';
import { cacheSavingsNanoUsd } from '../../../server/pricing/savings.ts';
import { anyPrices, anyUsage } from './usages.ts';

test('[M10] savings and cost together are what the call would have cost without a cache, and never more', () => {
  fc.assert(
    fc.property(anyUsage, anyPrices, (usage, prices) => {
      const without: Usage = { ...usage, cachedInputTokens: 0, cacheWriteTokens: 0, cacheWriteHourTokens: 0 };
      const left =
        (costNanoUsd(without, prices) ?? 0) - (costNanoUsd(usage, prices) ?? 0) - cacheSavingsNanoUsd(usage, prices);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThanOrEqual(1);
      expect(cacheSavingsNanoUsd(usage, null)).toBe(0);
    }),
  );
});

test('[M10] less than a nano-dollar saved is nothing saved, and less than one lost is one lost', () => {
  const usage = { inputTokens: 1, outputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, estimated: false };
  const prices = { inputPicoUsd: 10, outputPicoUsd: 1, cachedInputPicoUsd: 1, cacheWritePicoUsd: 11 };
  expect(cacheSavingsNanoUsd({ ...usage, cachedInputTokens: 1 }, prices)).toBe(0);
  expect(cacheSavingsNanoUsd({ ...usage, cachedInputTokens: 0, cacheWriteTokens: 1 }, prices)).toBe(-1);
});
