import type { Deployment } from './configuration.ts';

/**
 * The deployments among `served` that a pin means: by id, by name, or as `primary` and `secondary`, the first and the second
 * order there is. Empty when it means none.
 */
export function pinnedAmong(served: readonly Deployment[], pin: string): Deployment[] {
  const byId = served.filter(({ id }) => id === pin);
  if (byId.length > 0) return byId;
  const byName = served.filter(({ name }) => name === pin);
  if (byName.length > 0) return byName;
  const orders = [...new Set(served.map(({ order }) => order))].sort((a, b) => a - b);
  const order = pin === 'primary' ? orders[0] : pin === 'secondary' ? orders[1] : undefined;
  return order === undefined ? [] : served.filter((one) => one.order === order);
}
