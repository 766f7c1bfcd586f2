import { keyName, pathName, type Findings, isSecret } from './findings.ts';
import type { Path, Tree } from './yaml-tree.ts';

/** Hyphens, dashes and the minus sign that web pages put where `-` was meant. */
const LOOK_ALIKE = /[\u2010-\u2015\u2212]/u;
/** `[PROVIDER_A_KEY]`: YAML reads it as a list of one word. */
const PLACEHOLDER_WORD = /^[A-Z][A-Z0-9 _-]+$/;
/** The same in quotes, or inside an address. */
const PLACEHOLDER_TEXT = /^\[[A-Z][A-Z0-9 _-]+\]$|^https?:\/\/.*\[[A-Z][A-Z0-9 _-]+\]/;
/** Texts for people or patterns, in which both may be meant. */
const PROSE = new Set(['system', 'title', 'description', 'ignore_patterns']);

/** Names what pasting leaves behind, wherever it stands: unfilled placeholders and characters that look like a hyphen. */
export function findPasteMarks(tree: Tree, path: Path, findings: Findings): void {
  if (tree === null || path.some((part) => PROSE.has(String(part)))) return;
  if (typeof tree === 'string') return checkText(tree, path, findings);
  if (Array.isArray(tree)) {
    const [only] = tree;
    if (tree.length === 1 && typeof only === 'string' && isPlaceholder(only, path, findings)) {
      return reportPlaceholder(`[${only}]`, path, findings);
    }
    tree.forEach((item, index) => findPasteMarks(item, [...path, index], findings));
    return;
  }
  for (const [key, value] of Object.entries(tree)) {
    const at = [...path, key];
    if (LOOK_ALIKE.test(key)) findings.mistake(at, `the key \`${keyName(key)}\` ${lookAlike(key)}`, 'key');
    findPasteMarks(value, at, findings);
  }
}

function isPlaceholder(word: string, path: Path, findings: Findings): boolean {
  const item = findings.written([...path, 0]);
  return findings.written(path)?.flow === true && item?.plain === true && PLACEHOLDER_WORD.test(word);
}

function checkText(text: string, path: Path, findings: Findings): void {
  if (PLACEHOLDER_TEXT.test(text)) return reportPlaceholder(text, path, findings);
  // A text with blanks is prose, where a dash is a dash; a name, number, key or address has none.
  if (/\s/u.test(text.trim()) || !LOOK_ALIKE.test(text)) return;
  findings.mistake(path, `\`${pathName(path)}\` ${lookAlike(text)}`);
}

function reportPlaceholder(text: string, path: Path, findings: Findings): void {
  const shown = isSecret([], text.slice(1, -1)) ? 'a placeholder' : `the placeholder \`${text.slice(0, 100)}\``;
  findings.mistake(
    path,
    `\`${pathName(path)}\` is still ${shown}; write the value in its place, without the brackets.`,
  );
}

function lookAlike(text: string): string {
  const before = text.slice(0, LOOK_ALIKE.exec(text)?.index ?? 0);
  const code = text.codePointAt(before.length) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return `holds ${name} as character ${Array.from(before).length + 1}, which only looks like a hyphen; type a plain \`-\`.`;
}
