import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { listSources } from './imports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mostLines = 300;

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

// A style sheet is a list of rules without flow; it is long without being hard to read.
const code = /\.(ts|tsx|mjs)$/;

test(`[U23] no source is longer than ${mostLines} lines`, () => {
  const tooLong = listSources(root, ['src', 'sw', 'server'])
    .filter((file) => code.test(file))
    .map((file) => ({ file, lines: countLines(readFileSync(join(root, file), 'utf8')) }))
    .filter(({ lines }) => lines > mostLines)
    .map(({ file, lines }) => `${file} has ${lines} lines: split it by noun`);
  expect(tooLong.join('\n')).toBe('');
});

test('[U23] the last line counts whether or not it ends', () => {
  expect([countLines('a\nb\n'), countLines('a\nb')]).toEqual([2, 2]);
});
