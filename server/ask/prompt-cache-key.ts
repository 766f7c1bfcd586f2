import { hash } from 'node:crypto';
import type { PromptCache } from '../providers/provider.ts';
import type { Ask } from './identify.ts';

/**
 * What a provider's prompt cache should keep of an ask. Its key is the same for all asks that begin alike: those of one tenant,
 * feature and prompt version. A hash, in which no person and no word can be found.
 */
export function promptCacheOf({ feature, owner }: Pick<Ask, 'feature' | 'owner'>): PromptCache | null {
  const { promptCache } = feature;
  if (promptCache === undefined || promptCache === null) return null;
  const prefix = JSON.stringify([owner.tenant, feature.name, feature.promptVersion]);
  return { ...promptCache, key: hash('sha256', prefix).slice(0, 32) };
}
