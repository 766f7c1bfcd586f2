import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { servedPrefixes } from '../../../server/config/known-providers.ts';
import { schemaKeys } from '../../../server/config/schema-keys.ts';
import { starterText } from '../../../server/config/starter.ts';
import { read } from './reading.ts';

const page = readFileSync(new URL('../../../docs/config.md', import.meta.url), 'utf8');

/** Keys of the page: rows of a table under a heading that names its section, such as "## `slo`". */
function documentedKeys(): string[] {
  const keys: string[] = [];
  let section = '';
  for (const line of page.split('\n')) {
    const heading = /^#+ .*?(?:`([a-z_.*]+)`)?$/.exec(line);
    if (heading !== null) {
      section = heading[1] ?? '';
      if (section !== '') keys.push(section);
    }
    const key = /^\| `([A-Za-z0-9_.]*[a-z][A-Za-z0-9_.]*)` +\|/.exec(line)?.[1];
    if (key !== undefined) keys.push(`${section}.${key}`);
  }
  return keys;
}

test('[K17] docs/config.md names every key that the schema knows, and no other', () => {
  const known = schemaKeys();
  const documented = new Set(documentedKeys());
  const parents = new Set(known.map((key) => key.slice(0, key.lastIndexOf('.'))));
  expect(known.length).toBeGreaterThan(70);
  expect(known.filter((key) => !documented.has(key) && !parents.has(key) && !parents.has(`${key}.*`))).toEqual([]);
  expect([...documented].filter((key) => !known.includes(key) && !parents.has(key))).toEqual([]);
});

test('[K17] docs/config.md names every provider prefix', () => {
  expect(servedPrefixes().filter((prefix) => !page.includes(`\`${prefix}/\``))).toEqual([]);
});

test('[K14] the starter file reads without a notice, with both keys and with one', () => {
  const both = read(starterText(), { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b' });
  expect(both.notices).toEqual([]);
  expect(both.deployments.map(({ alias, order, weight, state }) => [alias, order, weight, state.kind])).toEqual([
    ['app/chat', 1, 9, 'ready'],
    ['app/chat', 2, 1, 'ready'],
  ]);
  expect(both.features.get('default')).toMatchObject({
    title: 'Ask anything',
    maxOutputTokens: 1000,
    cache: { ttlSeconds: 3600 },
  });
  const one = read(starterText(), { ANTHROPIC_API_KEY: 'b' });
  expect(one.notices).toEqual([]);
  expect(one.deployments.map(({ state }) => state.kind)).toEqual(['unconfigured', 'ready']);
});

test('[K17] the example of docs/config.md can be used', () => {
  const example = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '';
  expect(read(example, { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b' }).notices).toEqual([]);
});
