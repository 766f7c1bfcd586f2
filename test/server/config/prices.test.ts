import { expect, test } from 'vitest';
import { costNanoUsd } from '#shared/money.ts';
import { picoUsdFrom } from '../../../server/pricing/price.ts';
import type { Deployment } from '../../../server/config/configuration.ts';
import { read, withParams } from './reading.ts';

function only(text: string, environment?: Record<string, string>): Deployment {
  const [deployment] = read(text, environment).deployments;
  if (deployment === undefined) throw new Error('There is no deployment.');
  return deployment;
}

const prices: [text: string, pico: number | null][] = [
  ['5.46875e-07', 546_875],
  ['0.000000546875', 546_875],
  ['2E-6', 2_000_000],
  ['.000015', 15_000_000],
  ['0', 0],
  ['-0', 0],
  ['1', 1_000_000_000_000],
  ['1e-13', 1],
  ['1.0000000000001e-6', 1_000_001],
  ['1.1', null],
  ['-1e-9', null],
  ['1e-', null],
  ['', null],
  ['.', null],
  ['0x10', null],
];

test.each(prices)('[K8] a price of %s dollars a token is %s pico-dollars', (text, pico) => {
  expect(picoUsdFrom(text)).toBe(pico);
});

test('[K8] prices that are left out follow from the input price: the same on the OpenAI wire, 0.1 and 1.25 of it on Anthropic’s', () => {
  const text = (model: string): string =>
    `model_list: [{model_name: a, litellm_params: {model: ${model}, api_key: k, input_cost_per_token: 1.01e-10, output_cost_per_token: 3e-6}}]`;
  expect(only(text('openai/x')).prices).toEqual({
    inputPicoUsd: 101,
    outputPicoUsd: 3_000_000,
    cachedInputPicoUsd: 101,
    cacheWritePicoUsd: 101,
  });
  expect(only(text('anthropic/x')).prices).toEqual({
    inputPicoUsd: 101,
    outputPicoUsd: 3_000_000,
    cachedInputPicoUsd: 11,
    cacheWritePicoUsd: 127,
    cacheWriteHourPicoUsd: 202,
  });
});

test('[K8] a million tokens at 5.46875e-07 cost $0.546875 exactly', () => {
  const { prices: found } = only(withParams('input_cost_per_token: 5.46875e-07\noutput_cost_per_token: 0'));
  const usage = {
    inputTokens: 1_000_000,
    outputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: false,
  };
  expect(costNanoUsd(usage, found)).toBe(546_875_000);
});
