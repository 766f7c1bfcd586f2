import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { updatePrices } from '../../../server/cli/prices-update.ts';
import { readKeptPrices, readLitellmPrices } from '../../../server/pricing/price-file.ts';
import { rowOf } from '../../../server/pricing/price-table.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { mistakesOf, read, readFiles, withParams } from '../config/reading.ts';
import { testTerminal } from './terminal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layover-prices-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A list in LiteLLM's form. */
const list = JSON.stringify({
  sample_spec: { litellm_provider: 'one of https://docs.litellm.ai/docs/providers', input_cost_per_token: 0 },
  'gpt-6-luna': {
    litellm_provider: 'openai',
    mode: 'chat',
    input_cost_per_token: 3e-7,
    output_cost_per_token: 5.46875e-7,
  },
  'gpt-new': {
    litellm_provider: 'openai',
    mode: 'responses',
    input_cost_per_token: 1e-6,
    output_cost_per_token: 2e-6,
    output_cost_per_reasoning_token: 3e-6,
    cache_read_input_token_cost: 1e-7,
    cache_creation_input_token_cost_above_1hr: 4e-6,
    input_cost_per_token_above_200k_tokens: 5e-6,
    output_cost_per_token_above_200k_tokens: 6e-6,
    input_cost_per_token_above_200k_tokens_batches: 1e-9,
  },
  'gemini/gemini-x': {
    litellm_provider: 'gemini',
    mode: 'chat',
    input_cost_per_token: 1e-6,
    output_cost_per_token: 2e-6,
  },
  'gpt-image': {
    litellm_provider: 'openai',
    mode: 'image_generation',
    input_cost_per_token: 1e-6,
    output_cost_per_token: 1,
  },
  'gpt-half': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1e-6 },
  titan: { litellm_provider: 'bedrock', mode: 'chat', input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 },
  'gpt-odd': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: -1, output_cost_per_token: 1e-6 },
});
const clock = fakeClock(Date.UTC(2026, 10, 27));

function place(fetch = testTerminal().fetch) {
  return { environment: { LAYOVER_DATA: folder }, fetch, clock };
}

function problemOf(from: string | null, fetch = testTerminal().fetch): Promise<string> {
  return updatePrices(from, place(fetch)).then(
    () => expect.unreachable('It was taken.'),
    (failure: Error) => failure.message,
  );
}

async function listFile(text = list): Promise<string> {
  const path = join(folder, 'list.json');
  await writeFile(path, text);
  return path;
}

test('[M12] a list from a file is kept, what changes is said, and the configuration reads it', async () => {
  const path = await listFile();
  const lines = await updatePrices(path, place());
  expect(lines).toEqual([
    'openai/gpt-6-luna: $0.1 in, $0.5 out, $0.01 cached → $0.3 in, $0.546875 out',
    '1 changed, 2 new, 0 the same. Dollars a million tokens.',
    `Kept in \`${join(folder, 'prices.json')}\`: 3 models, 1 left out for want of a price.`,
  ]);
  expect((await readdir(folder)).sort()).toEqual(['list.json', 'prices.json']);
  const kept = await readFile(join(folder, 'prices.json'), 'utf8');
  const environment = { LAYOVER_DATA: 'd', OPENAI_API_KEY: 'k', K1: 'k' };
  const priced = readFiles({ 'layover.yaml': withParams('weight: 1'), 'd/prices.json': kept }, environment)
    .deployments[0];
  expect([priced?.prices?.outputPicoUsd, priced?.pricedBy]).toEqual([546_875, `${path}, 2026-11-27`]);
  const own = withParams('input_cost_per_token: 7e-6\noutput_cost_per_token: 8e-6');
  const owned = readFiles({ 'layover.yaml': own, 'd/prices.json': kept }, environment).deployments[0];
  expect(owned?.prices?.inputPicoUsd).toBe(7_000_000);
  expect((await updatePrices(path, place())).at(0)).toBe('0 changed, 0 new, 3 the same. Dollars a million tokens.');
});

test('[M12] every rate of a row is read, exactly, with those of a long prompt', () => {
  const read = readLitellmPrices(list, { source: 's', date: '2026-01-01', prefixes: ['openai', 'gemini'] });
  expect(rowOf('openai/gpt-new', read?.table ?? new Map())).toEqual({
    known: { input: 1e6, output: 2e6, cached: 1e5, writeHour: 4e6, reasoning: 3e6 },
    long: {
      aboveInputTokens: 200_000,
      known: { input: 5e6, output: 6e6, cached: 1e5, writeHour: 4e6, reasoning: 3e6 },
    },
    source: 's',
    date: '2026-01-01',
  });
  expect([...(read?.table.keys() ?? [])]).toContain('gemini/gemini-x');
});

test('[M12] a list from an address is fetched', async () => {
  const asked: string[] = [];
  const lines = await updatePrices(
    null,
    place(async (address) => {
      asked.push(address);
      return new Response(list);
    }),
  );
  expect(asked).toEqual([expect.stringContaining('model_prices_and_context_window.json')]);
  expect(lines.at(-1)).toContain('3 models');
});

test('[M12] what is no list, is too large, is not there or cannot be reached changes nothing, and says so in one sentence', async () => {
  expect(await problemOf(await listFile('{"a": 1}'))).toContain('is no list of prices in LiteLLM’s form');
  expect(await problemOf(await listFile('nonsense'))).toContain('is no list of prices');
  expect(await problemOf(join(folder, 'none.json'))).toContain('cannot be read. Correct the name.');
  const offline = async (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));
  expect(await problemOf('https://a.example/list', offline)).toMatch(
    /cannot be reached\. Get the list where there is a network/,
  );
  expect(await problemOf('https://a.example/list', async () => new Response('', { status: 404 }))).toContain(
    'answered 404.',
  );
  const huge = async (): Promise<Response> => new Response('x'.repeat(20_000_001));
  expect(await problemOf('https://a.example/list', huge)).toContain('is larger than 20,000,000 bytes');
  expect(await readdir(folder)).toEqual(['list.json']);
  const nowhere = { ...place(), environment: { LAYOVER_DATA: join(folder, 'none') } };
  await expect(updatePrices(null, nowhere)).rejects.toThrow('There is no Layover in');
});

test('[M12] kept prices that were damaged stop the start with what to do', () => {
  expect(readKeptPrices('{"version":2}')).toBeNull();
  const files = { 'layover.yaml': withParams('weight: 1'), '.layover/prices.json': '{' };
  expect(() => readFiles(files, { K1: 'k' })).toThrow(
    'Fetch them again with `layover prices update`, or remove the file.',
  );
  expect(mistakesOf(withParams('weight: 1'), { K1: 'k' })).toEqual([]);
  expect(read(withParams('weight: 1'), { K1: 'k' }).deployments).toHaveLength(1);
});
