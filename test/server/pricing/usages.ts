import fc from 'fast-check';
import type { Prices, Usage } from '#shared/money.ts';

const tokens = fc.nat({ max: 10_000_000 });
const price = fc.nat({ max: 1_000_000_000 });

/** Any usage that a provider may report: parts never exceed their whole. */
export const anyUsage: fc.Arbitrary<Usage> = fc
  .record({ plain: tokens, cached: tokens, write: tokens, hour: tokens, said: tokens, thought: tokens })
  .map(({ plain, cached, write, hour, said, thought }) => ({
    inputTokens: plain + cached + write + hour,
    outputTokens: said + thought,
    cachedInputTokens: cached,
    cacheWriteTokens: write + hour,
    cacheWriteHourTokens: hour,
    reasoningTokens: thought,
    estimated: false,
  }));

/** Any prices, some of them without their own rates for what is kept an hour and for thought. */
export const anyPrices: fc.Arbitrary<Prices> = fc.record(
  {
    inputPicoUsd: price,
    outputPicoUsd: price,
    cachedInputPicoUsd: price,
    cacheWritePicoUsd: price,
    cacheWriteHourPicoUsd: price,
    reasoningPicoUsd: price,
  },
  { requiredKeys: ['inputPicoUsd', 'outputPicoUsd', 'cachedInputPicoUsd', 'cacheWritePicoUsd'] },
);
