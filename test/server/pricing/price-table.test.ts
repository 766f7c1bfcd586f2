import { expect, test } from 'vitest';
import { gatewaysPrices } from '../../../server/pricing/gateways-prices.ts';
import { makersPrices } from '../../../server/pricing/makers-prices.ts';
import { pricesOf, rowOf, shippedPrices, tableOf } from '../../../server/pricing/price-table.ts';
import { servedPrefixes } from '../../../server/config/known-providers.ts';
import { read, withParams } from '../config/reading.ts';

const table = shippedPrices();
const environment = { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b', K1: 'c' };

test('[M9] every row says whose list it is from and of which day, and can be read', () => {
  for (const { prefix, source, date } of [...makersPrices, ...gatewaysPrices]) {
    expect(servedPrefixes()).toContain(prefix);
    expect(new URL(source).protocol).toBe('https:');
    expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
  }
  expect(table.size).toBeGreaterThan(400);
  for (const [name, { known, long }] of table) {
    // Nobody gives a model away for nothing, and none asks more than a thousand dollars for a million tokens.
    expect([name, known.input > 0, known.output > 0, known.output < 1e9]).toEqual([name, true, true, true]);
    expect(known.cached ?? 0).toBeLessThanOrEqual(known.input);
    if (long !== null) expect(long.known.input).toBeGreaterThanOrEqual(known.input);
  }
});

test('[M9] a model is found by its name, with a version at its end too; what nobody lists is unknown', () => {
  expect(rowOf('openai/gpt-6-luna', table)?.known).toMatchObject({ input: 100_000, output: 500_000, cached: 10_000 });
  expect(rowOf('openai/gpt-6-luna-2026-09-01', table)).toEqual(rowOf('openai/gpt-6-luna', table));
  expect(rowOf('anthropic/claude-haiku-4-5-20251001', table)?.known.output).toBe(5_000_000);
  expect(rowOf('openai/gpt-4o-2024-05-13', table)?.known.input).toBe(5_000_000);
  expect(rowOf('openai/gpt-9', table)).toBeNull();
});

test('[M9] a row has the rates of a long prompt, and on Anthropic’s wire the shares of its cache', () => {
  const row = rowOf('anthropic/claude-haiku-5-5', table);
  expect(row === null ? null : pricesOf(row, 'anthropic')).toEqual({
    inputPicoUsd: 100_000,
    outputPicoUsd: 500_000,
    cachedInputPicoUsd: 10_000,
    cacheWritePicoUsd: 125_000,
    cacheWriteHourPicoUsd: 200_000,
    long: {
      aboveInputTokens: 100_000,
      prices: {
        inputPicoUsd: 500_000,
        outputPicoUsd: 2_500_000,
        cachedInputPicoUsd: 50_000,
        cacheWritePicoUsd: 625_000,
        cacheWriteHourPicoUsd: 1_000_000,
      },
    },
  });
});

test('[M9] the later of two lists counts; a row that cannot be read is an error of ours', () => {
  const list = { prefix: 'x', source: 'https://a.example', date: '2026-01-01' };
  const two = tableOf([
    { ...list, rows: 'm 1 2 - - -' },
    { ...list, rows: 'm 3 4 - - -' },
  ]);
  expect(two.get('x/m')?.known.input).toBe(3_000_000);
  for (const rows of ['m 1', 'm 1 - - - -', 'm 1 x - - -', 'm 1 2 - - - 100 2'])
    expect(() => tableOf([{ ...list, rows }])).toThrow(RangeError);
});

test('[M9] the file’s own prices go before the list; at an address of somebody else’s the list says nothing', () => {
  const priced = (params: string): unknown => {
    const [deployment] = read(withParams(params), environment).deployments;
    return [deployment?.prices?.inputPicoUsd ?? null, deployment?.pricedBy ?? null];
  };
  expect(priced('weight: 1')).toEqual([100_000, 'https://developers.openai.com/api/docs/pricing, 2026-09-23']);
  expect(priced('input_cost_per_token: 7e-6\noutput_cost_per_token: 8e-6')).toEqual([7_000_000, null]);
  expect(priced('input_cost_per_token: 7e-6')).toEqual([null, null]);
  expect(priced('api_base: https://proxy.example.com/v1')).toEqual([null, null]);
  expect(priced('api_base: https://api.openai.com/v1')).toEqual([100_000, expect.any(String)]);
});

test('[K8] what is kept for an hour and what was thought can have prices of their own', () => {
  const prices = 'input_cost_per_token: 1e-6\noutput_cost_per_token: 2e-6';
  const own = `${prices}\ncache_creation_input_token_cost_above_1hr: 3e-6\noutput_cost_per_reasoning_token: 4e-6`;
  expect(read(withParams(own), environment).deployments[0]?.prices).toMatchObject({
    cacheWriteHourPicoUsd: 3_000_000,
    reasoningPicoUsd: 4_000_000,
  });
});
