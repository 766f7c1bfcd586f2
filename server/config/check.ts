import type * as z from 'zod';
import { keyName, pathName, pathPattern, type Findings } from './findings.ts';
import { litellmKeyMeaning } from './litellm-keys.ts';
import { fileSchema, type FileSettings } from './schema.ts';
import { nearestKey } from './schema-keys.ts';
import type { Path, Tree } from './yaml-tree.ts';

/**
 * The tree as settings. Keys that we do not follow become notices and are left out; wrong values become mistakes.
 * Null when there were any.
 */
export function checkSettings(tree: Tree, findings: Findings): FileSettings | null {
  const { known, unknown } = split(tree);
  for (const path of unknown) noticeKey(path, findings);
  const result = fileSchema.safeParse(known);
  if (result.success) return result.data;
  for (const issue of result.error.issues) reportIssue(issue, findings);
  return null;
}

/** The tree without the keys that the schema does not know, and their paths. Copies what it changes. */
function split(tree: Tree): { known: Tree; unknown: Path[] } {
  const known = structuredClone(tree);
  const unknown: Path[] = [];
  const result = fileSchema.safeParse(known);
  for (const issue of result.error?.issues ?? []) {
    if (issue.code !== 'unrecognized_keys') continue;
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    const section = sectionAt(known, path);
    for (const key of issue.keys) {
      unknown.push([...path, key]);
      if (section !== null) delete section[key];
    }
  }
  return { known, unknown };
}

function sectionAt(tree: Tree, path: Path): Record<string, Tree> | null {
  let at: Tree | undefined = tree;
  for (const part of path) {
    if (at === null || at === undefined || typeof at !== 'object') return null;
    at = Array.isArray(at) ? at[Number(part)] : at[String(part)];
  }
  return at === null || at === undefined || typeof at !== 'object' || Array.isArray(at) ? null : at;
}

function noticeKey(path: Path, findings: Findings): void {
  const key = String(path.at(-1));
  const section = pathPattern(path.slice(0, -1));
  const shown = `\`${[...(section === '' ? [] : [section]), keyName(key)].join('.')}\``;
  const meaning = litellmKeyMeaning(section, key);
  if (meaning !== null) {
    findings.notice(path, `${shown} is not used: ${meaning}`);
    return;
  }
  const near = nearestKey(sectionOfSchema(path.slice(0, -1)), key);
  findings.notice(
    path,
    near === null
      ? `${shown} is not a key that Layover knows; it has no effect.`
      : `${shown} is not a key that Layover knows; it has no effect. Was \`${near}\` meant?`,
  );
}

/** The section as the schema writes it: indexes, and the names that people give, are `*`. */
export function sectionOfSchema(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' || (index === 1 && NAMED.has(String(path[0]))) ? '*' : part))
    .join('.');
}

const NAMED = new Set(['features', 'tenants', 'environment_variables']);

function reportIssue(issue: z.core.$ZodIssue, findings: Findings): void {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  switch (issue.code) {
    case 'custom':
      findings.wrongValue(path, issue.message);
      return;
    case 'too_big':
      findings.mistake(
        path,
        `\`${pathName(path)}\` has too many entries; at most ${String(issue.maximum)} are allowed.`,
      );
      return;
    case 'invalid_type':
      findings.wrongValue(path, issue.expected === 'array' ? 'a list' : 'a section with keys');
      return;
    default:
      findings.wrongValue(path, 'something that docs/config.md allows there');
  }
}
