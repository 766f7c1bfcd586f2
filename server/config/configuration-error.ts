/** Where something stands in the file. Lines and columns count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** One mistake: where, and a sentence that says what was found and what is allowed. */
export interface Mistake {
  /** Null when it concerns no single place. */
  place: Place | null;
  sentence: string;
}

/** Most mistakes that one message lists. */
export const MAX_MISTAKES = 20;

/** The configuration cannot be used. The message names every mistake, up to `MAX_MISTAKES`; it holds no secret. */
export class ConfigurationError extends Error {
  readonly mistakes: readonly Mistake[];

  /** `notices` are said too: a key that was mistyped is often why the rest cannot be used. */
  constructor(mistakes: readonly Mistake[], details: { cause?: unknown; notices?: readonly string[] } = {}) {
    super(
      [messageOf(mistakes), ...noticed(details.notices ?? [])].join('\n'),
      details.cause === undefined ? {} : { cause: details.cause },
    );
    this.name = 'ConfigurationError';
    this.mistakes = mistakes;
  }
}

/** A place as people read it: `layover.yaml, line 3, column 5`. */
export function describePlace(place: Place): string {
  return `${place.file}, line ${place.line}, column ${place.column}`;
}

function messageOf(mistakes: readonly Mistake[]): string {
  const lines = mistakes.slice(0, MAX_MISTAKES).map(lineOf);
  if (mistakes.length > MAX_MISTAKES) lines.push(`… and ${mistakes.length - MAX_MISTAKES} more.`);
  if (mistakes.length === 1) return `The configuration cannot be used. ${lines.join('')}`;
  return [`The configuration cannot be used: ${mistakes.length} mistakes.`, ...lines.map((line) => `  ${line}`)].join(
    '\n',
  );
}

function noticed(notices: readonly string[]): string[] {
  return notices.length === 0 ? [] : ['Please note:', ...notices.map((notice) => `  ${notice}`)];
}

function lineOf(mistake: Mistake): string {
  return mistake.place === null ? mistake.sentence : `${describePlace(mistake.place)}: ${mistake.sentence}`;
}
