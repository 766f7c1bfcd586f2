import { writeStarterConfiguration } from '../config/configuration-file.ts';
import { STARTER_KEY_VARIABLES } from '../config/known-providers.ts';
import type { Environment } from '../config/variables.ts';

/** `layover init`: the starter file in the working folder. The lines say what was done and what comes next. */
export function initialise(environment: Environment, path?: string): string[] {
  const outcome = writeStarterConfiguration(path);
  if (outcome.kind === 'kept') return [`\`${outcome.path}\` is there already and was left as it is.`];
  const missing = STARTER_KEY_VARIABLES.filter((name) => (environment[name] ?? '') === '');
  return [
    `Wrote \`${outcome.path}\`: two providers under one alias. Change the models in it as you like.`,
    ...missing.map((name) => `\`${name}\` is not in the environment yet; its provider is skipped until it is.`),
    'Then start Layover: `npm start`.',
  ];
}
