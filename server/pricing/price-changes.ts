import type { KnownPrices } from './price.ts';
import type { PriceTable } from './price-table.ts';

/** What another table would change. */
export interface PriceChanges {
  added: string[];
  /** Models whose price is another one, each with what it was and is, in words. */
  changed: { name: string; was: string; is: string }[];
  same: number;
}

export function compareTables(before: PriceTable, after: PriceTable): PriceChanges {
  const changes: PriceChanges = { added: [], changed: [], same: 0 };
  for (const [name, row] of after) {
    const old = before.get(name);
    if (old === undefined) {
      changes.added.push(name);
      continue;
    }
    const [was, is] = [wordsOf(old.known), wordsOf(row.known)];
    const isSame = was === is && old.long?.aboveInputTokens === row.long?.aboveInputTokens;
    if (isSame) changes.same += 1;
    else changes.changed.push({ name, was, is });
  }
  return changes;
}

/** `$0.1 in, $0.5 out a million`. */
function wordsOf({ input, output, cached }: KnownPrices): string {
  const read = cached === undefined ? '' : `, $${cached / 1e6} cached`;
  return `$${input / 1e6} in, $${output / 1e6} out${read}`;
}
