import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '../../src');
const read = (path: string): string => readFileSync(join(source, path), 'utf8');
const files = (ending: RegExp): string[] =>
  readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => ending.test(name));

/** The declarations of a block, without comments: `--ink: #eceef2`. */
function declarationsAfter(css: string, selector: string): string[] {
  const at = css.indexOf(selector);
  expect(at, selector).toBeGreaterThan(-1);
  const block = css.slice(css.indexOf('{', at) + 1, css.indexOf('}', at));
  return block
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .split(';')
    .map((line) => line.trim())
    .filter(Boolean);
}

describe('the look', () => {
  it('[G19] dark by the system and dark by choice are the same', () => {
    const css = read('look/tokens.css').replaceAll("'", '"');
    const bySystem = declarationsAfter(css, ':root:not([data-theme="light"])');
    expect(bySystem.length).toBeGreaterThan(20);
    expect(declarationsAfter(css, ':root[data-theme="dark"]')).toEqual(bySystem);
  });

  it('[G19] no colour stands outside the tokens', () => {
    const sheets = files(/\.css$/).filter((name) => !name.endsWith('tokens.css'));
    expect(sheets.length).toBeGreaterThan(5);
    for (const name of sheets) {
      const css = read(name).replaceAll(/\/\*[\s\S]*?\*\//g, '');
      // A veil over whatever lies below has no colour of its own.
      expect(css.replaceAll(/rgb\((?:0 0 0|128 128 128) \/ [^)]*\)/g, ''), name).not.toMatch(
        /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i,
      );
    }
  });

  it('[G20] no style or script stands inline', () => {
    for (const name of files(/\.tsx$/)) expect(read(name), name).not.toMatch(/\sstyle=/);
    const html = readFileSync(join(source, '../index.html'), 'utf8');
    expect(html).not.toMatch(/\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)/);
    expect(read('look/marks.svg')).not.toMatch(/\sstyle=|<style|<script/);
  });

  it('[G21] every mark that is named is drawn, and every drawn one is named', () => {
    const drawn = [...read('look/marks.svg').matchAll(/<symbol id="([^"]+)"/g)].map((match) => match[1] ?? '');
    const code = files(/\.tsx?$/)
      .map(read)
      .join('\n');
    const families = [...read('look/mark.tsx').matchAll(/`(line|from|is|go)-\$\{([^}]+)\}`/g)].flatMap(
      ([, family, names]) => (names ?? '').split('|').map((name) => `${family}-${name.trim().replaceAll("'", '')}`),
    );
    for (const name of families) expect(drawn).toContain(name);
    for (const name of drawn)
      expect(families.includes(name) || code.includes(`'${name}'`) || code.includes(`#${name}`), name).toBe(true);
  });
});
