import type { Prices } from '#shared/money.ts';

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
const PICO_DIGITS = 12;

/**
 * Dollars per token, as decimal text, in whole pico-dollars. Exact: the text is read, never a float, so `5.46875e-07` is
 * 546,875. What is finer than a pico-dollar is rounded up. Null when the text is no number, negative, or above 1 dollar.
 */
export function picoUsdFrom(text: string): number | null {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole + fraction === '') return null;
  const digits = BigInt(whole + fraction);
  if (sign === '-' && digits !== 0n) return null;
  const shift = Number(exponent) - fraction.length + PICO_DIGITS;
  const pico = shift >= 0 ? digits * 10n ** BigInt(shift) : roundedUp(digits, 10n ** BigInt(-shift));
  return pico > 10n ** BigInt(PICO_DIGITS) ? null : Number(pico);
}

function roundedUp(digits: bigint, divisor: bigint): bigint {
  return (digits + divisor - 1n) / divisor;
}

/** What is known of a model's prices, in pico-dollars per token; of input and output both. */
export interface KnownPrices {
  input: number;
  output: number;
  cached?: number | undefined;
  write?: number | undefined;
  writeHour?: number | undefined;
  reasoning?: number | undefined;
}

/** Whole prices. What is not known follows from the input: by Anthropic's own shares on its wire, else it costs as much. */
export function pricesFrom(known: KnownPrices, wire: 'openai' | 'anthropic'): Prices {
  const isAnthropic = wire === 'anthropic';
  const write = known.write ?? (isAnthropic ? shareOf(known.input, 125n) : known.input);
  const writeHour = known.writeHour ?? (isAnthropic ? Math.max(write, shareOf(known.input, 200n)) : undefined);
  return {
    inputPicoUsd: known.input,
    outputPicoUsd: known.output,
    cachedInputPicoUsd: known.cached ?? (isAnthropic ? shareOf(known.input, 10n) : known.input),
    cacheWritePicoUsd: write,
    ...(writeHour === undefined ? {} : { cacheWriteHourPicoUsd: writeHour }),
    ...(known.reasoning === undefined ? {} : { reasoningPicoUsd: known.reasoning }),
  };
}

/** `picoUsd` times `percent` hundredths, rounded up: costs never promise less than the bill. */
function shareOf(picoUsd: number, percent: bigint): number {
  return Number(roundedUp(BigInt(picoUsd) * percent, 100n));
}
