import * as z from 'zod';
import { parseJson } from '#shared/json.ts';
import { picoUsdFrom, type KnownPrices } from './price.ts';
import type { PriceRow, PriceTable } from './price-table.ts';

/** The file in the data folder that holds prices which were fetched; its rows go before those of the release. */
export const PRICES_FILE = 'prices.json';

/** Most models that are kept of one list. */
const MAX_MODELS = 5_000;

const pico = z.int().min(0).max(1e12);
const knownSchema = z.strictObject({
  input: pico,
  output: pico,
  cached: pico.optional(),
  write: pico.optional(),
  writeHour: pico.optional(),
  reasoning: pico.optional(),
});

const keptSchema = z.strictObject({
  version: z.literal(1),
  source: z.string().max(2000),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  prices: z.record(
    z.string().max(300),
    z.strictObject({
      known: knownSchema,
      long: z.strictObject({ aboveInputTokens: z.int().min(0), known: knownSchema }).nullable(),
    }),
  ),
});

/** What stands in `prices.json`; null when it is none of ours. */
export function readKeptPrices(text: string): PriceTable | null {
  const json = parseJson(text);
  const kept = keptSchema.safeParse(json.ok ? json.value : null);
  if (!kept.success) return null;
  const { source, date, prices } = kept.data;
  return new Map(Object.entries(prices).map(([name, row]) => [name, { ...row, source, date }]));
}

/** The text of `prices.json` for a table whose rows are of one source. */
export function writeKeptPrices(table: PriceTable, { source, date }: { source: string; date: string }): string {
  const prices = Object.fromEntries([...table].map(([name, { known, long }]) => [name, { known, long }]));
  return `${JSON.stringify({ version: 1, source, date, prices })}\n`;
}

/** One table over another: the rows of `over` count. */
export function overlaid(under: PriceTable, over: PriceTable): PriceTable {
  return new Map([...under, ...over]);
}

const cost = z.number().min(0).max(1).nullish();
const entrySchema = z.looseObject({
  litellm_provider: z.string().max(100),
  mode: z.string().nullish(),
  input_cost_per_token: cost,
  output_cost_per_token: cost,
  cache_read_input_token_cost: cost,
  cache_creation_input_token_cost: cost,
  cache_creation_input_token_cost_above_1hr: cost,
  output_cost_per_reasoning_token: cost,
});
type Entry = z.infer<typeof entrySchema>;

/** Kinds of models that answer asks. */
const CHAT = new Set(['chat', 'responses', 'completion']);

const ABOVE = /^input_cost_per_token_above_(\d{1,6})k_tokens$/;

/**
 * The prices in a file of LiteLLM's form (model_prices_and_context_window.json) for providers that are served. Null when it is
 * no such file. What has no price of input and output, or no whole one, is left out and counted.
 */
export function readLitellmPrices(
  text: string,
  { source, date, prefixes }: { source: string; date: string; prefixes: readonly string[] },
): { table: PriceTable; left: number } | null {
  const json = parseJson(text);
  const file = z.record(z.string(), z.unknown()).safeParse(json.ok ? json.value : null);
  if (!file.success) return null;
  const table = new Map<string, PriceRow>();
  let left = 0;
  for (const [model, value] of Object.entries(file.data)) {
    const entry = entrySchema.safeParse(value);
    if (!entry.success || !prefixes.includes(entry.data.litellm_provider) || !CHAT.has(entry.data.mode ?? 'chat'))
      continue;
    const row = rowFrom(entry.data);
    if (row === null || table.size >= MAX_MODELS) left += 1;
    else table.set(nameOf(model, entry.data.litellm_provider), { ...row, source, date });
  }
  return table.size === 0 ? null : { table, left };
}

/** With the provider in front, as a configuration names it. */
function nameOf(model: string, provider: string): string {
  return model.startsWith(`${provider}/`) ? model : `${provider}/${model}`;
}

function rowFrom(entry: Entry): Pick<PriceRow, 'known' | 'long'> | null {
  const known = knownFrom(entry, '');
  if (known === null) return null;
  const above = Object.keys(entry).flatMap((key) => ABOVE.exec(key)?.[1] ?? []);
  const [first] = above.sort((a, b) => Number(a) - Number(b));
  const dear = first === undefined ? null : knownFrom(entry, `_above_${first}k_tokens`);
  return {
    known,
    long: dear === null ? null : { aboveInputTokens: Number(first) * 1000, known: { ...known, ...dear } },
  };
}

function knownFrom(entry: Entry, suffix: string): KnownPrices | null {
  const at = (key: string): number | undefined => picoOf(entry[`${key}${suffix}`]);
  const input = at('input_cost_per_token');
  const output = at('output_cost_per_token');
  if (input === undefined || output === undefined) return null;
  const more = {
    cached: at('cache_read_input_token_cost'),
    write: at('cache_creation_input_token_cost'),
    writeHour: suffix === '' ? at('cache_creation_input_token_cost_above_1hr') : undefined,
    reasoning: at('output_cost_per_reasoning_token'),
  };
  const given = Object.entries(more).filter(([, price]) => price !== undefined);
  // An entry without a value would hide the one below it.
  return { input, output, ...(Object.fromEntries(given) as Partial<typeof more>) };
}

/** A number of the file is written as its shortest decimal, which is how it stood there. */
function picoOf(value: unknown): number | undefined {
  return typeof value === 'number' ? (picoUsdFrom(String(value)) ?? undefined) : undefined;
}
