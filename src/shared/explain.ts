import type * as z from 'zod/mini';

/** What we need of a schema's complaint; `zod/mini` carries no sentences, so they are made here. */
type Issue = z.core.$ZodIssue;

/** The first thing wrong with an input, as a sentence that names the place: "`messages.0.role` is none of …". */
export function explain(issues: readonly Issue[], whole = 'The body'): { sentence: string; path: string } {
  const [issue] = issues;
  if (issue === undefined) return { sentence: `${whole} is not valid.`, path: '' };
  const path = issue.path.map(String).join('.');
  const subject = path === '' ? whole : `\`${path}\``;
  return { sentence: `${subject} ${predicate(issue)}.`, path };
}

function predicate(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `is not ${article(issue.expected)}`;
    case 'too_small':
      return `is too small or too short: at least ${String(issue.minimum)}`;
    case 'too_big':
      return `is too large or too long: at most ${String(issue.maximum)}`;
    case 'invalid_value':
      return `is none of ${issue.values.map((value) => `\`${String(value)}\``).join(', ')}`;
    case 'unrecognized_keys':
      return `has unknown keys: ${issue.keys.map((key) => `\`${key}\``).join(', ')}`;
    case 'invalid_format':
      return `does not have the form ${issue.format}`;
    case 'invalid_union':
      return 'has none of the allowed forms';
    default:
      return 'is not valid';
  }
}

function article(expected: string): string {
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}
