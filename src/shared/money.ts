/** Prices of a deployment in pico-US-dollars per token (= micro-dollars per million tokens), whole numbers. */
export interface Prices {
  inputPicoUsd: number;
  outputPicoUsd: number;
  cachedInputPicoUsd: number;
  cacheWritePicoUsd: number;
  /** Of what a provider's prompt cache keeps for an hour; absent: as `cacheWritePicoUsd`. */
  cacheWriteHourPicoUsd?: number | undefined;
  /** Of what a model thought and did not say; absent: as `outputPicoUsd`. */
  reasoningPicoUsd?: number | undefined;
}

/** Tokens of one attempt. `inputTokens` includes cached and cache-write tokens, `outputTokens` reasoning, as OpenAI counts them. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  /** The part of `cacheWriteTokens` that is kept for an hour; absent in what an earlier release stored. */
  cacheWriteHourTokens?: number | undefined;
  reasoningTokens: number;
  /** Counted by us because the provider did not report it. */
  estimated: boolean;
}

const PICO_PER_NANO = 1000n;

/**
 * What an attempt cost, in whole nano-dollars, rounded up once at the end; `null` when the price is unknown.
 * Costs are never rounded down: a sum of roundings must not promise less than the bill.
 */
export function costNanoUsd(usage: Usage, prices: Prices | null): number | null {
  if (prices === null) return null;
  const plain = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const pico =
    BigInt(plain) * BigInt(prices.inputPicoUsd) +
    BigInt(usage.cachedInputTokens) * BigInt(prices.cachedInputPicoUsd) +
    BigInt(usage.cacheWriteTokens) * BigInt(prices.cacheWritePicoUsd) +
    BigInt(usage.outputTokens) * BigInt(prices.outputPicoUsd);
  return Number((pico + PICO_PER_NANO - 1n) / PICO_PER_NANO);
}

/** Nano-dollars as a decimal number of dollars with 9 decimals: `12345` → `"0.000012345"`. */
export function usdFromNano(nanoUsd: number): string {
  const whole = Math.trunc(nanoUsd / 1e9);
  return `${whole}.${String(nanoUsd - whole * 1e9).padStart(9, '0')}`;
}
