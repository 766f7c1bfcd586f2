import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preProcessFile } from 'typescript';
import { expect, test } from 'vitest';
import { listSources } from './imports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mostLines = 120;

/** What runs in the worker; `sw/build` runs while it is built. */
const files = listSources(root, ['sw'])
  .filter((file) => !file.startsWith('sw/build/'))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

test('[W1] the worker is where it is looked for', () => {
  expect(files.map(({ file }) => file)).toContain('sw/worker.ts');
});

test.each(files)('[W1] $file imports only the device, the shared code and Workbox', ({ text }) => {
  // `zod` for its one switch, which the Content-Security-Policy asks for.
  const allowed = /^(#device\/|#shared\/|\.\/|workbox-[a-z]+$|zod\/mini$)/;
  const { importedFiles } = preProcessFile(text, true, true);
  expect(importedFiles.map(({ fileName }) => fileName).filter((name) => !allowed.test(name))).toEqual([]);
});

test.each(files)(`[W1] $file listens and decides in at most ${mostLines} lines`, ({ text }) => {
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(mostLines);
});
