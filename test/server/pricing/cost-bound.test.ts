import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costNanoUsd } from '#shared/money.ts';
import { costBoundNanoUsd } from '../../../server/pricing/cost-bound.ts';
import { anyPrices, anyUsage } from './usages.ts';

test('[M8] no usage within the tokens costs more than the bound', () => {
  fc.assert(
    fc.property(anyUsage, anyPrices, (usage, prices) => {
      const { inputTokens, outputTokens: maxOutputTokens } = usage;
      const bound = costBoundNanoUsd({ inputTokens, maxOutputTokens }, prices) ?? -1;
      expect(bound).toBeGreaterThanOrEqual(costNanoUsd(usage, prices) ?? 0);
    }),
  );
});

test('[M8] the bound is exact where one rate holds for all, and unknown without a price', () => {
  const prices = { inputPicoUsd: 2, outputPicoUsd: 8, cachedInputPicoUsd: 1, cacheWritePicoUsd: 2 };
  expect(costBoundNanoUsd({ inputTokens: 1_001, maxOutputTokens: 1 }, prices)).toBe(3);
  expect(costBoundNanoUsd({ inputTokens: 1, maxOutputTokens: 1 }, null)).toBeNull();
});
