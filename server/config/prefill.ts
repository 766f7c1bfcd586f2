import type { Deployment } from './configuration.ts';

/** `claude-sonnet-4-5-20250929`, `claude-haiku-5`: the version after the name; older ones stand before it. */
const AFTER = /^claude-(?:opus|sonnet|haiku)-(\d{1,2})(?:-(\d{1,2}))?(?!\d)/;
const BEFORE = /^claude-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/;

/** Claude 4.6 and later refuse an ask whose last turn is the assistant's. */
const FIRST_WITHOUT = [4, 6] as const;

/** Whether a model goes on from a last turn of the assistant. Of a model that is not known: no, it is asked in words. */
export function takesPrefill({ wire, model }: Pick<Deployment, 'wire' | 'model'>): boolean {
  if (wire !== 'anthropic') return false;
  const version = AFTER.exec(model) ?? BEFORE.exec(model);
  if (version === null) return model.startsWith('claude-instant');
  const [major, minor] = [Number(version[1]), Number(version[2] ?? 0)];
  return major < FIRST_WITHOUT[0] || (major === FIRST_WITHOUT[0] && minor < FIRST_WITHOUT[1]);
}
