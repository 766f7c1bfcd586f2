import type { Prices } from '#shared/money.ts';
import { gatewaysPrices } from './gateways-prices.ts';
import { makersPrices } from './makers-prices.ts';
import { picoUsdFrom, pricesFrom, type KnownPrices } from './price.ts';

/** Prices that somebody lists; `prefix` is what stands before the model in a configuration. */
export interface PriceList {
  prefix: string;
  /** Address of the list, and the day it was read. */
  source: string;
  date: string;
  /** One model a line. */
  rows: string;
}

/** A model's prices, and who says so. */
export interface PriceRow {
  known: KnownPrices;
  /** Where a long prompt makes the whole call dearer. */
  long: { aboveInputTokens: number; known: KnownPrices } | null;
  source: string;
  date: string;
}

/** Rows by `prefix/model`. */
export type PriceTable = ReadonlyMap<string, PriceRow>;

/** What ends the name of a model that is one version of it. */
const VERSION = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/;

/** The row of a model, by its full name, else without the version at its end; null when nobody lists it. */
export function rowOf(name: string, table: PriceTable): PriceRow | null {
  return table.get(name) ?? table.get(name.replace(VERSION, '')) ?? null;
}

/** The prices of a row as they hold on a wire. */
export function pricesOf({ known, long }: PriceRow, wire: 'openai' | 'anthropic'): Prices {
  const prices = pricesFrom(known, wire);
  if (long === null) return prices;
  return { ...prices, long: { aboveInputTokens: long.aboveInputTokens, prices: pricesFrom(long.known, wire) } };
}

/** The table that comes with this release. */
export function shippedPrices(): PriceTable {
  return tableOf([...makersPrices, ...gatewaysPrices]);
}

/** Of two rows for one model the later one counts. Throws a RangeError for a row that cannot be read: the lists are our own. */
export function tableOf(lists: readonly PriceList[]): PriceTable {
  const table = new Map<string, PriceRow>();
  for (const { prefix, source, date, rows } of lists) {
    for (const line of rows.trim().split('\n')) {
      const [model = '', ...cells] = line.trim().split(/ +/);
      const known = readCells(cells.slice(0, 5), line);
      const [above] = cells.slice(5);
      const long =
        above === undefined ? null : { aboveInputTokens: Number(above), known: readCells(cells.slice(6), line) };
      table.set(`${prefix}/${model}`, { known, long, source, date });
    }
  }
  return table;
}

function readCells(cells: readonly string[], line: string): KnownPrices {
  const [input, output, cached, write, writeHour] = cells.map((cell) => {
    if (cell === '-') return undefined;
    const price = picoUsdFrom(`${cell}e-6`);
    if (price === null) throw new RangeError(`\`${cell}\` is no price, in the row \`${line}\`.`);
    return price;
  });
  if (input === undefined || output === undefined || cells.length !== 5)
    throw new RangeError(`The row \`${line}\` has no price of input and output.`);
  return { input, output, cached, write, writeHour };
}
