import { ratesOf, type Prices, type Usage } from '#shared/money.ts';

const PICO_PER_NANO = 1000n;

/**
 * What a provider's prompt cache saved in this call, in whole nano-dollars, rounded down: what its input would have cost without a
 * cache, less what it did cost. Below 0 where more was written than read. 0 without a price.
 */
export function cacheSavingsNanoUsd(usage: Usage, prices: Prices | null): number {
  if (prices === null) return 0;
  const rates = ratesOf(usage.inputTokens, prices);
  const hour = usage.cacheWriteHourTokens ?? 0;
  const pico =
    difference(usage.cachedInputTokens, rates.inputPicoUsd, rates.cachedInputPicoUsd) +
    difference(usage.cacheWriteTokens - hour, rates.inputPicoUsd, rates.cacheWritePicoUsd) +
    difference(hour, rates.inputPicoUsd, rates.cacheWriteHourPicoUsd ?? rates.cacheWritePicoUsd);
  const nano = pico / PICO_PER_NANO;
  // Division of BigInts cuts towards 0; savings are never rounded up.
  return Number(nano * PICO_PER_NANO > pico ? nano - 1n : nano);
}

function difference(tokens: number, without: number, withCache: number): bigint {
  return BigInt(tokens) * BigInt(without - withCache);
}
