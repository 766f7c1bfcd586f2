import type { Deployment } from '../config/configuration.ts';

/** Two names for one limit: whoever brings the one does not get the other beside it. */
const OUTPUT_LIMITS = ['max_tokens', 'max_completion_tokens'];

/** The parameters of a call: what the ask brings, else the deployment's own, less what it must not get. */
export function parametersFor(
  { extras }: Pick<Deployment, 'extras'>,
  asked: Record<string, unknown>,
): Record<string, unknown> {
  if (extras === undefined) return asked;
  const limited = OUTPUT_LIMITS.some((name) => Object.hasOwn(asked, name));
  const own = Object.entries(extras.defaults).filter(([name]) => !(limited && OUTPUT_LIMITS.includes(name)));
  const all = { ...Object.fromEntries(own), ...asked };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !extras.drop.includes(name)));
}
