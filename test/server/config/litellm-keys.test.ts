import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { litellmKeyMeaning } from '../../../server/config/litellm-keys.ts';
import { schemaKeys } from '../../../server/config/schema-keys.ts';

/** Every key that LiteLLM's own documentation names, by section; its reference page and the pages that it leads to. */
const documented = JSON.parse(
  readFileSync(new URL('../../fixtures/config/litellm-documented-keys.json', import.meta.url), 'utf8'),
) as Record<string, string[]>;

test.each(Object.entries(documented))(
  '[K23] every documented key of LiteLLM in `%s` is followed, or is named with what stands in its place',
  (section, keys) => {
    const known = new Set(schemaKeys());
    const path = (key: string): string => (section === '' ? key : `${section}.${key}`);
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((key) => !known.has(path(key)) && litellmKeyMeaning(section, key) === null)).toEqual([]);
  },
);

test('[K23] no key is both followed and named as not followed', () => {
  // Of families such as `supports_*` and `*_cost_*` some are followed; a key that is never gets as far as the table.
  const both = schemaKeys().filter((key) => {
    if (/\.supports_|_cost/.test(key)) return false;
    const at = key.lastIndexOf('.');
    return litellmKeyMeaning(key.slice(0, Math.max(0, at)), key.slice(at + 1)) !== null;
  });
  expect(both).toEqual([]);
});
