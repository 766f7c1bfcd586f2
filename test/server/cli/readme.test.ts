import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../../../server/cli/commands.ts';

test('[X11] the README lists every command, and no other', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const table = readme.slice(readme.indexOf('## Commands'), readme.indexOf('## Point an OpenAI SDK'));
  const listed = [...table.matchAll(/^\| `([a-z ]+)` +\|/gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
});
