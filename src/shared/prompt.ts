import * as z from 'zod/mini';

/** How a feature's prompts are made alike before they are compared. All off by default: each can change meaning. */
export const normalizationSchema = z.object({
  /** NFKC instead of NFC: "10²" and "102" become one. Default false. */
  nfkc: z._default(z.boolean(), false),
  /** Fold case: names and code lose theirs. Default false. */
  fold_case: z._default(z.boolean(), false),
  /** Regular expressions (Unicode mode) of volatile ids to remove before comparing. Default none, at most 20. */
  ignore_patterns: z._default(z.array(z.string().check(z.maxLength(200))).check(z.maxLength(20)), []),
});
export type Normalization = z.infer<typeof normalizationSchema>;

/** Nothing switched on. */
export const plainNormalization: Normalization = { nfkc: false, fold_case: false, ignore_patterns: [] };

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/**
 * The prompt as it is compared, never as it is sent: NFC, line ends to LF, runs of blanks inside a line to one,
 * blanks at line ends and around the whole removed. Leading indentation and code fences stay as they are.
 */
export function normalizePrompt(text: string, how: Normalization = plainNormalization): string {
  let plain = text.replaceAll(/\r\n?|\u2028|\u2029/g, '\n').normalize(how.nfkc ? 'NFKC' : 'NFC');
  for (const pattern of how.ignore_patterns) plain = plain.replaceAll(new RegExp(pattern, 'gu'), '');
  if (how.fold_case) plain = plain.toLowerCase();
  return trimBlankLines(squeezeLines(plain.split('\n'))).join('\n');
}

/** Compiles every pattern once; throws a RangeError naming the first that is not a regular expression. */
export function checkPatterns(patterns: readonly string[]): void {
  for (const pattern of patterns) {
    try {
      new RegExp(pattern, 'gu');
    } catch (cause) {
      throw new RangeError(`Pattern \`${pattern}\` is not a regular expression.`, { cause });
    }
  }
}

function squeezeLines(lines: string[]): string[] {
  let fence: string | null = null;
  return lines.map((line) => {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== null) {
      if (mark !== undefined && mark.startsWith(fence) && line.trim() === mark) fence = null;
      return line;
    }
    if (mark !== undefined) {
      fence = mark;
      return line.trimEnd();
    }
    const indent = /^[^\S\n]*/.exec(line)?.[0] ?? '';
    // Finds only runs that are not one blank already: there is one after nearly every word.
    const rest = line
      .slice(indent.length)
      .replaceAll(/ ?[^\S\n ][^\S\n]*| {2,}[^\S\n]*/g, ' ')
      .trimEnd();
    return rest === '' ? '' : indent + rest;
  });
}

/** Drops blank lines at both ends. A single line also loses its indentation: there is nothing it could be relative to. */
function trimBlankLines(lines: string[]): string[] {
  let from = 0;
  let to = lines.length;
  while (from < to && lines[from]?.trim() === '') from++;
  while (to > from && lines[to - 1]?.trim() === '') to--;
  const kept = lines.slice(from, to);
  return kept.length === 1 ? [kept[0]?.trim() ?? ''] : kept;
}
