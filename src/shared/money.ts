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
  /** Where a long prompt makes every token of the call dearer: from more than so many input tokens on. */
  long?: { aboveInputTokens: number; prices: Prices } | undefined;
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
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens } = usage;
  const rates = ratesOf(inputTokens, prices);
  const hour = usage.cacheWriteHourTokens ?? 0;
  const thought = Math.min(usage.reasoningTokens, outputTokens);
  const pico =
    times(Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens), rates.inputPicoUsd) +
    times(cachedInputTokens, rates.cachedInputPicoUsd) +
    times(cacheWriteTokens - hour, rates.cacheWritePicoUsd) +
    times(hour, rates.cacheWriteHourPicoUsd ?? rates.cacheWritePicoUsd) +
    times(outputTokens - thought, rates.outputPicoUsd) +
    times(thought, rates.reasoningPicoUsd ?? rates.outputPicoUsd);
  return Number((pico + PICO_PER_NANO - 1n) / PICO_PER_NANO);
}

/** The rates that hold for a call with so many input tokens. */
export function ratesOf(inputTokens: number, prices: Prices): Prices {
  return prices.long !== undefined && inputTokens > prices.long.aboveInputTokens ? prices.long.prices : prices;
}

function times(tokens: number, picoUsd: number): bigint {
  return BigInt(tokens) * BigInt(picoUsd);
}

/** Nano-dollars as a decimal number of dollars with 9 decimals: `12345` → `"0.000012345"`. */
export function usdFromNano(nanoUsd: number): string {
  const whole = Math.trunc(nanoUsd / 1e9);
  return `${whole}.${String(nanoUsd - whole * 1e9).padStart(9, '0')}`;
}
