import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { preProcessFile } from 'typescript';

/** One import of one of our own files by another, both as paths from the project's folder. */
export interface OwnImport {
  from: string;
  to: string;
}

/** `folder → what it may import`: folders, or single files (a contract). A folder may always import itself. */
export type ImportTable = Readonly<Record<string, readonly string[]>>;

/** Where the short names of package.json lead. */
const shortNames: readonly (readonly [string, string])[] = [
  ['#shared/', 'src/shared/'],
  ['#device/', 'src/device/'],
];

/** All sources under the folders, as paths from `root` with forward slashes, sorted. */
export function listSources(root: string, folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => /\.(ts|tsx|mjs|css)$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => path.split(sep).join('/'))
    .sort();
}

/** The imports of our own files that one file contains: static, `import type`, `export … from` and dynamic ones. */
export function readOwnImports(root: string, file: string): OwnImport[] {
  if (file.endsWith('.css')) return [];
  const { importedFiles } = preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
  return importedFiles
    .map(({ fileName }) => resolveOwn(file, fileName))
    .filter((to) => to !== null)
    .map((to) => ({ from: file, to }));
}

function resolveOwn(file: string, name: string): string | null {
  const short = shortNames.find(([prefix]) => name.startsWith(prefix));
  if (short !== undefined) return short[1] + name.slice(short[0].length);
  return name.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file), name)) : null;
}

/** The row that a file belongs to: its own path, else the nearest folder above it that has one, else `null`. */
export function rowOf(table: ImportTable, file: string): string | null {
  for (let path = file; path !== '.'; path = dirname(path)) {
    if (Object.hasOwn(table, path)) return path;
  }
  return null;
}

/** A sentence for each import the table does not allow, and for each file whose folder has no row. */
export function findBreaches(table: ImportTable, files: readonly string[], imports: readonly OwnImport[]): string[] {
  const homeless = files.filter((file) => rowOf(table, file) === null);
  const foreign = imports.filter(({ from, to }) => !mayImport(table, from, to));
  return [
    ...homeless.map(
      (file) => `${file} is in a folder without a row: add the folder to test/architecture/import-table.ts`,
    ),
    ...foreign.map(({ from, to }) => `${from} imports ${to}: ${describeRow(table, from)}`),
  ];
}

function mayImport(table: ImportTable, from: string, to: string): boolean {
  const row = rowOf(table, from);
  if (row === null) return true; // It is reported as homeless already.
  const target = rowOf(table, to);
  if (target === row) return true;
  return (table[row] ?? []).some((allowed) => allowed === '*' || allowed === to || allowed === target);
}

function describeRow(table: ImportTable, from: string): string {
  const row = rowOf(table, from) ?? from;
  const allowed = table[row] ?? [];
  return allowed.length === 0 ? `${row} may import nothing of ours` : `${row} may import ${allowed.join(', ')}`;
}
