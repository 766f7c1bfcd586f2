import { Problem } from '#shared/problem.ts';
import type { Configuration, Feature } from '../config/configuration.ts';
import type { Grants } from '../store/sessions.ts';

/** Most features that are named to whoever asked another one. */
const FEATURES_NAMED = 5;

/** OpenAI calls it a unique name of an end user; ours are bounded like those of sign-in links. */
const USER_NAME = /^[\p{L}\p{N}._@:|-]{1,100}$/u;

/** Whether a caller may ask a feature: everybody any, a virtual key those it is bound to. */
export function mayAsk({ key }: Grants, feature: string): boolean {
  return key === undefined || key.features === null || key.features.includes(feature);
}

/** Throws `not_allowed`, and names what the key may ask. */
export function checkMayAsk(caller: Grants, feature: string): void {
  if (mayAsk(caller, feature)) return;
  const all = caller.key?.features ?? [];
  const named = all.slice(0, FEATURES_NAMED).map((name) => `\`${name}\``);
  const more = all.length > FEATURES_NAMED ? ` and ${all.length - FEATURES_NAMED} more` : '';
  throw new Problem(
    'not_allowed',
    `This key may not ask the feature \`${feature}\`. It may: ${named.join(', ')}${more}.`,
    {
      param: 'feature',
    },
  );
}

/** What an ask without a feature gets: the configuration's, or the first that its key is bound to where that is none of them. */
export function defaultFeatureOf(caller: Grants, { defaultFeature, features }: Configuration): string {
  if (mayAsk(caller, defaultFeature)) return defaultFeature;
  const own = caller.key?.features ?? [];
  return own.find((name) => features.has(name)) ?? own[0] ?? defaultFeature;
}

/** What a caller may ask. Where no feature is declared any name is a tag on the default one, those of a key too. */
export function featuresFor(caller: Grants, configuration: Configuration): Feature[] {
  const { defaultFeature, features, featuresDeclared } = configuration;
  const fallback = features.get(defaultFeature);
  const own = caller.key?.features ?? null;
  if (own !== null && !featuresDeclared && fallback !== undefined)
    return own.map((name) => (name === defaultFeature ? fallback : { ...fallback, name, title: name }));
  return [...features.values()].filter(({ name }) => mayAsk(caller, name));
}

/** Whose ask it is: under a key that names users, the one that it names; under every other the `user` field is ignored. */
export function userNamed(caller: Grants, user: string | null | undefined): Grants {
  if (caller.key?.namesUsers !== true || user === null || user === undefined || user === '') return caller;
  if (USER_NAME.test(user)) return { ...caller, user };
  throw new Problem(
    'body_malformed',
    'The `user` that this key may name must be 1 to 100 letters, digits or `.`, `_`, `@`, `:`, `|`, `-`.',
    { param: 'user' },
  );
}
