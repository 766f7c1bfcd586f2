import type { Routing } from './configuration.ts';

/** The alias that a name means: itself, or what it is another name of (`model_group_alias`). */
export function aliasNamed(name: string, { modelAliases }: Pick<Routing, 'modelAliases'>): string {
  return modelAliases.get(name)?.model ?? name;
}
