import type { Prices } from '#shared/money.ts';

const PICO_PER_NANO = 1000n;

/**
 * The most that one call can cost, in whole nano-dollars, rounded up: every input token at the dearest rate that input can have, every
 * output token at the dearest of output. For reservations and caps. Null when the price is unknown.
 */
export function costBoundNanoUsd(
  { inputTokens, maxOutputTokens }: { inputTokens: number; maxOutputTokens: number },
  prices: Prices | null,
): number | null {
  if (prices === null) return null;
  const short = dearest(prices);
  const long = prices.long;
  const dear = long !== undefined && inputTokens > long.aboveInputTokens ? dearest(long.prices) : short;
  const input = Math.max(short.input, dear.input);
  const output = Math.max(short.output, dear.output);
  const pico = BigInt(inputTokens) * BigInt(input) + BigInt(maxOutputTokens) * BigInt(output);
  return Number((pico + PICO_PER_NANO - 1n) / PICO_PER_NANO);
}

function dearest(prices: Prices): { input: number; output: number } {
  return {
    input: Math.max(
      prices.inputPicoUsd,
      prices.cachedInputPicoUsd,
      prices.cacheWritePicoUsd,
      prices.cacheWriteHourPicoUsd ?? 0,
    ),
    output: Math.max(prices.outputPicoUsd, prices.reasoningPicoUsd ?? 0),
  };
}
