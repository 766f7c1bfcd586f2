import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costNanoUsd, usdFromNano } from '#shared/money.ts';

const usage = {
  inputTokens: 1000,
  outputTokens: 100,
  cachedInputTokens: 400,
  cacheWriteTokens: 100,
  reasoningTokens: 0,
  estimated: false,
};
const prices = {
  inputPicoUsd: 2_500_000,
  outputPicoUsd: 10_000_000,
  cachedInputPicoUsd: 250_000,
  cacheWritePicoUsd: 3_125_000,
};

describe('money', () => {
  it('[M1] prices plain, cached and written tokens by their own rates', () => {
    // 500 × 2.5 + 400 × 0.25 + 100 × 3.125 + 100 × 10 micro-dollars
    expect(costNanoUsd(usage, prices)).toBe(2_662_500);
  });

  it('[M2] an unknown price is unknown, never 0', () => {
    expect(costNanoUsd(usage, null)).toBeNull();
  });

  it('[M3] rounds up, once', () => {
    const one = { ...usage, inputTokens: 1, outputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 };
    expect(costNanoUsd(one, { ...prices, inputPicoUsd: 546_875 })).toBe(547);
  });

  it('[M4] writes dollars with nine decimals and without a float', () => {
    expect(usdFromNano(12_345)).toBe('0.000012345');
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (nano) => {
        const [whole, decimals] = usdFromNano(nano).split('.');
        expect(BigInt(whole ?? '') * 1_000_000_000n + BigInt(decimals ?? '')).toBe(BigInt(nano));
        expect(decimals).toHaveLength(9);
      }),
    );
  });
});
