import type { Deployment, Routing } from '../config/configuration.ts';

/** Most aliases that one ask may come to; a chain that is longer ends there. */
const MAX_ALIASES = 20;

/** Every alias that has no entry of its own. */
export const ANY_ALIAS = '*';

type Declared = Routing['fallbacks']['any'];

/** The deployments an ask may come to, by what happened to it. */
export interface Groups {
  /** Those of its alias, then those of each fallback. */
  groups: (readonly Deployment[])[];
  whenTooLong: (readonly Deployment[])[];
  whenRefused: (readonly Deployment[])[];
}

/** Where an ask for `alias` may go. `of` gives the deployments of an alias. */
export function groupsOf(
  alias: string,
  { fallbacks }: Pick<Routing, 'fallbacks'>,
  of: (alias: string) => readonly Deployment[],
): Groups {
  const { any, whenTooLong, whenRefused } = fallbacks;
  const groups = (declared: Declared): (readonly Deployment[])[] => chainOf(alias, declared).slice(1).map(of);
  return { groups: [of(alias), ...groups(any)], whenTooLong: groups(whenTooLong), whenRefused: groups(whenRefused) };
}

/** The alias, its fallbacks in their order, each followed by its own; each once. */
export function chainOf(alias: string, declared: Declared): string[] {
  const chain: string[] = [];
  const walk = (name: string): void => {
    if (chain.includes(name) || chain.length >= MAX_ALIASES) return;
    chain.push(name);
    for (const next of declared.get(name) ?? declared.get(ANY_ALIAS) ?? []) walk(next);
  };
  walk(alias);
  return chain;
}
