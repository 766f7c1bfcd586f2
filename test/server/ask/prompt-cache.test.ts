import { expect, test } from 'vitest';
import { promptCacheOf } from '../../../server/ask/prompt-cache-key.ts';
import { read, withModel } from '../config/reading.ts';
import { openRig } from './rig.ts';

test('[PW6] the key is the same for one tenant, feature and prompt version, and tells nothing of them', async () => {
  const { features } = read(
    withModel('features: {default: {}, other: {prompt_version: 2}, none: {prompt_cache: {ttl: off}}}'),
  );
  const keyOf = (name: string, tenant: string, user: string): string | null => {
    const feature = features.get(name);
    return feature === undefined ? null : (promptCacheOf({ feature, owner: { tenant, user } })?.key ?? null);
  };
  const key = keyOf('default', 'acme', 'ada');
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(keyOf('default', 'acme', 'bob')).toBe(key);
  expect(keyOf('default', 'other', 'ada')).not.toBe(key);
  expect(keyOf('other', 'acme', 'ada')).not.toBe(key);
  expect(keyOf('none', 'acme', 'ada')).toBeNull();
});

test('[PW5] a feature’s long system text reaches a provider with its mark, kept as long as the feature says', async () => {
  const text = 'word '.repeat(6_000);
  const rig = await openRig({
    feature: { system: text, promptCache: { ttl: '1h', blocks: ['system'] } },
    first: { order: 3 },
  });
  await rig.answer({ prompt: 'Hello' });
  const body = rig.second.calls[0]?.body as { system: unknown };
  expect(body.system).toEqual([{ type: 'text', text, cache_control: { type: 'ephemeral', ttl: '1h' } }]);
});
