import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `**K3**` in docs/behaviour.md states a rule; `[K3]` in the title of a test quotes it. */
const stated = [...readFileSync(join(ROOT, 'docs/behaviour.md'), 'utf8').matchAll(/\*\*([A-Z]+\d+)\*\*/g)].map(ruleOf);

const quoted = new Set(
  filesUnder('test')
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap((path) => [...readFileSync(join(ROOT, path), 'utf8').matchAll(/\[([A-Z]+\d+(?:[,–-] ?[A-Z]*\d+)*)\]/g)])
    .flatMap((match) => ruleOf(match).match(/[A-Z]+\d+/g) ?? []),
);

describe('docs/behaviour.md', () => {
  it('[B1] states each rule once', () => {
    expect(stated.length).toBeGreaterThan(100);
    expect(stated.filter((rule, index) => stated.indexOf(rule) !== index)).toEqual([]);
  });

  it('[B2] states no rule that no test quotes', () => {
    expect(stated.filter((rule) => !quoted.has(rule))).toEqual([]);
  });

  it('[B3] states every rule that a test quotes', () => {
    expect([...quoted].filter((rule) => !stated.includes(rule)).sort()).toEqual([]);
  });
});

function ruleOf(match: RegExpMatchArray): string {
  return match[1] ?? '';
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}
