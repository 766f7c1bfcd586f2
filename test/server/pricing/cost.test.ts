import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costNanoUsd, type Prices, type Usage } from '#shared/money.ts';
import { isCredible } from '../../../server/routing/estimate.ts';
import { anyPrices, anyUsage } from './usages.ts';

/** What a bill says, in pico-dollars, by its own words. */
function billed(usage: Usage, prices: Prices): bigint {
  const hour = usage.cacheWriteHourTokens ?? 0;
  const lines: [tokens: number, picoUsd: number][] = [
    [usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens, prices.inputPicoUsd],
    [usage.cachedInputTokens, prices.cachedInputPicoUsd],
    [usage.cacheWriteTokens - hour, prices.cacheWritePicoUsd],
    [hour, prices.cacheWriteHourPicoUsd ?? prices.cacheWritePicoUsd],
    [usage.outputTokens - usage.reasoningTokens, prices.outputPicoUsd],
    [usage.reasoningTokens, prices.reasoningPicoUsd ?? prices.outputPicoUsd],
  ];
  return lines.reduce((sum, [tokens, picoUsd]) => sum + BigInt(tokens) * BigInt(picoUsd), 0n);
}

test('[M1] [M3] any cost is the bill, and less than a nano-dollar above it', () => {
  fc.assert(
    fc.property(anyUsage, anyPrices, (usage, prices) => {
      const over = BigInt(costNanoUsd(usage, prices) ?? -1) * 1000n - billed(usage, prices);
      expect(over >= 0n && over < 1000n).toBe(true);
      expect(isCredible(usage)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('[M1] past its limit a long prompt makes every token of the call dearer', () => {
  const dear: Prices = {
    inputPicoUsd: 5_000,
    outputPicoUsd: 25_000,
    cachedInputPicoUsd: 500,
    cacheWritePicoUsd: 6_250,
  };
  const prices: Prices = {
    inputPicoUsd: 1_000,
    outputPicoUsd: 5_000,
    cachedInputPicoUsd: 100,
    cacheWritePicoUsd: 1_250,
    long: { aboveInputTokens: 100, prices: dear },
  };
  const usage = { outputTokens: 10, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, estimated: false };
  expect(costNanoUsd({ ...usage, inputTokens: 100 }, prices)).toBe(150);
  expect(costNanoUsd({ ...usage, inputTokens: 101 }, prices)).toBe(755);
});

test('[R15] more thought than came out, and more kept for an hour than was kept, cannot be true', () => {
  const usage: Usage = {
    ...{ inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, cacheWriteTokens: 4, cacheWriteHourTokens: 4 },
    ...{ reasoningTokens: 5, estimated: false },
  };
  expect(isCredible(usage)).toBe(true);
  expect(isCredible({ ...usage, reasoningTokens: 6 })).toBe(false);
  expect(isCredible({ ...usage, cacheWriteHourTokens: 5 })).toBe(false);
});
