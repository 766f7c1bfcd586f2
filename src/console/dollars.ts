/** Nano-dollars as money that was spent: in hundredths of a cent below ten cents, else in cents; rounded up, as a cost is. */
export function dollars(nanoUsd: number): string {
  const decimals = nanoUsd === 0 || nanoUsd >= 100_000_000 ? 2 : 4;
  const unit = 10 ** decimals;
  // In whole units of whole nano-dollars: a division by a dollar first would lift what stands exactly on a unit.
  const units = Math.ceil(nanoUsd / (1_000_000_000 / unit));
  const figure = (units / unit).toLocaleString('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return `$${figure}`;
}
