import { accessSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfigurationText } from '../config/configuration-file.ts';
import { servedPrefixes } from '../config/known-providers.ts';
import { readPriceTable } from '../config/price-file.ts';
import { compareTables, type PriceChanges } from '../pricing/price-changes.ts';
import { PRICES_FILE, readLitellmPrices, writeKeptPrices } from '../pricing/price-file.ts';
import { CommandProblem } from './command-problem.ts';
import type { Terminal } from './terminal.ts';

const LITELLM_LIST = 'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json';

/** Longest wait for a list, ms, and its largest size. */
const FETCH_MS = 30_000;
const MAX_LIST_BYTES = 20_000_000;

/** Most changes that are printed one by one. */
const CHANGES_SHOWN = 40;

type Place = Pick<Terminal, 'environment' | 'fetch' | 'clock'>;

/** Reads a list, keeps what it says in the data folder, and gives the lines that say what changed. */
export async function updatePrices(from: string | null, place: Place): Promise<string[]> {
  const folder = place.environment['LAYOVER_DATA'] || '.layover';
  if (!isThere(folder))
    throw new CommandProblem(
      `There is no Layover in \`${folder}\`. Start it once from here, or set \`LAYOVER_DATA\` to its data folder.`,
    );
  const source = from ?? LITELLM_LIST;
  const date = new Date(place.clock.now()).toISOString().slice(0, 10);
  const text = /^https?:\/\//.test(source) ? await fetchList(source, place) : readList(source);
  const read = readLitellmPrices(text, { source, date, prefixes: servedPrefixes() });
  if (read === null)
    throw new CommandProblem(
      `\`${source}\` is no list of prices in LiteLLM’s form: an object with \`litellm_provider\`, \`input_cost_per_token\` and \`output_cost_per_token\` for each model. Nothing was changed.`,
    );
  const changes = compareTables(
    readPriceTable({ environment: place.environment, readText: readConfigurationText }),
    read.table,
  );
  const path = join(folder, PRICES_FILE);
  // Written whole or not at all: a start may read it meanwhile.
  writeFileSync(`${path}.new`, writeKeptPrices(read.table, { source, date }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return [
    ...linesOf(changes),
    `Kept in \`${path}\`: ${read.table.size} models, ${read.left} left out for want of a price.`,
  ];
}

function linesOf({ added, changed, same }: PriceChanges): string[] {
  const shown = changed.slice(0, CHANGES_SHOWN).map(({ name, was, is }) => `${name}: ${was} → ${is}`);
  const more = changed.length > CHANGES_SHOWN ? [`and ${changed.length - CHANGES_SHOWN} more.`] : [];
  return [
    ...shown,
    ...more,
    `${changed.length} changed, ${added.length} new, ${same} the same. Dollars a million tokens.`,
  ];
}

async function fetchList(address: string, { fetch, clock }: Place): Promise<string> {
  const controller = new AbortController();
  const takeBack = clock.after(FETCH_MS, () => controller.abort(new Error(`no answer within ${FETCH_MS / 1000} s`)));
  try {
    const response = await fetch(address, { signal: controller.signal });
    if (!response.ok) throw new CommandProblem(`\`${address}\` answered ${response.status}. Nothing was changed.`);
    return await textOf(response, address);
  } catch (cause) {
    if (cause instanceof CommandProblem) throw cause;
    throw new CommandProblem(
      `\`${address}\` cannot be reached. Get the list where there is a network, and give the file: \`layover prices update FILE\`. Nothing was changed.`,
      { cause },
    );
  } finally {
    takeBack();
  }
}

async function textOf(response: Response, address: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // A ReadableStream is iterable in Node; its type does not say of what.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_LIST_BYTES) throw tooLarge(address);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readList(path: string): string {
  try {
    if (statSync(path).size > MAX_LIST_BYTES) throw tooLarge(path);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof CommandProblem) throw cause;
    throw new CommandProblem(`\`${path}\` cannot be read. Correct the name. Nothing was changed.`, { cause });
  }
}

function tooLarge(source: string): CommandProblem {
  return new CommandProblem(
    `\`${source}\` is larger than ${MAX_LIST_BYTES.toLocaleString('en')} bytes. Nothing was changed.`,
  );
}

function isThere(folder: string): boolean {
  try {
    accessSync(folder);
    return true;
  } catch {
    return false;
  }
}
