import { Problem } from '#shared/problem.ts';
import { aliasNamed } from '../config/alias-named.ts';
import type { Configuration, Deployment } from '../config/configuration.ts';

/** Of the deployments that can be called the one with the lowest order, the first of them in the file; null for none. */
export function primaryOf(deployments: readonly Deployment[]): Deployment | null {
  const ready = deployments.filter(({ state }) => state.kind === 'ready');
  return ready.reduce<Deployment | null>((best, one) => (best === null || one.order < best.order ? one : best), null);
}

/**
 * Who answers an ask in bypass: the primary of the alias it names, else of its feature's, else of all. A feature that nobody
 * knows is no reason to refuse: the section of features may be what is broken. Throws `model_unknown`, or `providers_down`.
 */
export function pickPrimary(
  { deployments, features, routing }: Configuration,
  asked: { model: string | null; feature: string },
): Deployment {
  const named = asked.model ?? features.get(asked.feature)?.model ?? null;
  // Another name of an alias stands for it here too: an app must not have to change for the emergency.
  const alias = named === null ? null : aliasNamed(named, routing);
  const serving = alias === null ? deployments : deployments.filter((deployment) => deployment.alias === alias);
  if (serving.length === 0 && asked.model !== null)
    throw new Problem('model_unknown', `No deployment serves \`${asked.model.slice(0, 100)}\`.`, { param: 'model' });
  const primary = primaryOf(serving.length === 0 ? deployments : serving);
  if (primary !== null) return primary;
  throw new Problem('providers_down', 'The router is bypassed, and no deployment is ready to be called.');
}
