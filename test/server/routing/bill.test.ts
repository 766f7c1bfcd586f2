import { expect, test } from 'vitest';
import { readTokens } from '../../../server/providers/anthropic-reader.ts';
import { bill } from '../../../server/routing/bill.ts';
import { deploymentOf } from '../ask/sample-configuration.ts';

const prices = {
  ...{ inputPicoUsd: 3_000_000, outputPicoUsd: 15_000_000, cachedInputPicoUsd: 300_000 },
  ...{ cacheWritePicoUsd: 3_750_000, cacheWriteHourPicoUsd: 6_000_000 },
};

test.each([
  { keptFor: '1h', cache_creation: undefined, nanoUsd: 6_000_000 },
  { keptFor: '5m', cache_creation: undefined, nanoUsd: 3_750_000 },
  { keptFor: null, cache_creation: undefined, nanoUsd: 3_750_000 },
  // What is told is believed, whatever we asked for.
  {
    keptFor: '1h',
    cache_creation: { ephemeral_5m_input_tokens: 1_000, ephemeral_1h_input_tokens: 0 },
    nanoUsd: 3_750_000,
  },
] as const)(
  '[P5] what was written for $keptFor and not split costs $nanoUsd',
  ({ keptFor, cache_creation, nanoUsd }) => {
    const usage = readTokens({
      ...{ input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 1_000 },
      ...(cache_creation === undefined ? {} : { cache_creation }),
    });
    const call = {
      deployment: { ...deploymentOf('south', { apiBase: 'http://localhost', apiKey: 'key' }), prices },
      messages: [],
      accepted: true,
      outputBytes: 10,
    };
    expect(bill({ ...call, usage, keptFor, ended: 'finished' }).costNanoUsd).toBe(nanoUsd);
  },
);
