import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { importTable } from './import-table.ts';
import { findBreaches, listSources, readOwnImports } from './imports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = ['src', 'sw', 'server'];

/** Below this the reader has lost its way, and an empty list of breaches would mean nothing. Raise it as files come. */
const fewestFiles = 200;
const fewestImports = 700;

describe('imports go one way', () => {
  const files = listSources(root, folders);
  const imports = files.flatMap((file) => readOwnImports(root, file));

  test('[U20] every folder imports only what its row of the table allows', () => {
    expect(findBreaches(importTable, files, imports).join('\n')).toBe('');
  });

  test('[U21] the reader saw the whole project', () => {
    expect(files.length).toBeGreaterThanOrEqual(fewestFiles);
    expect(imports.length).toBeGreaterThanOrEqual(fewestImports);
  });

  test('[U22] no import leads to a file that is not there', () => {
    const known = new Set(files);
    expect(
      imports.filter(({ to }) => /\.(ts|tsx|mjs|css)$/.test(to) && !to.endsWith('.d.ts') && !known.has(to)),
    ).toEqual([]);
  });
});

describe('a planted fault is found', () => {
  let folder = '';

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function breachesOf(planted: Record<string, string>): string[] {
    folder = mkdtempSync(join(tmpdir(), 'layover-imports-'));
    for (const [path, text] of Object.entries(planted)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const files = listSources(
      folder,
      ['src', 'sw', 'server'].filter((name) => Object.keys(planted).some((path) => path.startsWith(`${name}/`))),
    );
    return findBreaches(
      importTable,
      files,
      files.flatMap((file) => readOwnImports(folder, file)),
    );
  }

  test('[U20] a provider that reaches into the HTTP layer is named, with what it may import', () => {
    expect(breachesOf({ 'server/providers/demo.ts': "import { app } from '../http/app.ts';\n" })).toEqual([
      'server/providers/demo.ts imports server/http/app.ts: server/providers may import src/shared, server/config/configuration.ts',
    ]);
  });

  test.each([
    ['a type', "import type { App } from '../http/app.ts';"],
    ['a re-export', "export { app } from '../http/app.ts';"],
    ['a lazy import', "export const later = () => import('../http/app.ts');"],
  ])('[U20] %s counts as an import', (_name, text) => {
    expect(breachesOf({ 'server/store/sqlite.ts': text })).toHaveLength(1);
  });

  test('[U20] a contract that is allowed by its file does not open the folder around it', () => {
    const allowed = "import type { Configuration } from '../config/configuration.ts';";
    expect(breachesOf({ 'server/providers/demo.ts': allowed })).toEqual([]);
    expect(breachesOf({ 'server/providers/demo.ts': "import { readConfig } from '../config/read.ts';" })).toHaveLength(
      1,
    );
  });

  test('[U20] shared code that imports the page by the short name or the long way is found', () => {
    expect(breachesOf({ 'src/shared/money.ts': "import { travel } from '#device/travel.ts';" })).toEqual([
      'src/shared/money.ts imports src/device/travel.ts: src/shared may import nothing of ours',
    ]);
    expect(breachesOf({ 'src/shared/money.ts': "import { view } from '../view.tsx';" })).toHaveLength(1);
  });

  test('[U20] a folder without a row is a breach', () => {
    expect(breachesOf({ 'server/helpers/dates.ts': 'export const day = 86_400;' })).toEqual([
      'server/helpers/dates.ts is in a folder without a row: add the folder to test/architecture/import-table.ts',
    ]);
  });
});
