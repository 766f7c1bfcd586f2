import { join } from 'node:path';
import { overlaid, PRICES_FILE, readKeptPrices } from '../pricing/price-file.ts';
import { shippedPrices, type PriceTable } from '../pricing/price-table.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { Environment } from './variables.ts';

/** Prices that `layover prices update` has put into the data folder, over those of this release. */
export function readPriceTable(from: { environment: Environment; readText(path: string): string | null }): PriceTable {
  const { environment } = from;
  const path = join(environment['LAYOVER_DATA'] || '.layover', PRICES_FILE);
  const text = from.readText(path);
  if (text === null) return shippedPrices();
  const kept = readKeptPrices(text);
  if (kept !== null) return overlaid(shippedPrices(), kept);
  const sentence = `\`${path}\` holds no prices that can be read. Fetch them again with \`layover prices update\`, or remove the file.`;
  throw new ConfigurationError([{ place: null, sentence }]);
}
