import type { Terminal } from './terminal.ts';

/** An option of a command, `--name`. */
export type OptionSpec = FlagSpec | ValueSpec;

interface FlagSpec {
  kind: 'flag';
  /** What it does, for the help. */
  about: string;
}

interface ValueSpec {
  /** `text` one value · `count` a whole number · `list` may be said again and again. */
  kind: 'text' | 'count' | 'list';
  about: string;
  /** What stands for the value in the help, such as `tenant`. */
  value: string;
  /** What a value looks like, and the same in words: `must be …`. */
  form?: { pattern: RegExp; words: string };
}

export type OptionSpecs = Record<string, OptionSpec>;

/** What was typed: null where a value was left out. */
export type OptionValues<O extends OptionSpecs> = { [N in keyof O]: ValueOf<O[N]['kind']> };

type ValueOf<K> = K extends 'flag'
  ? boolean
  : K extends 'count'
    ? number | null
    : K extends 'list'
      ? string[]
      : string | null;

/** A word after the name of a command. */
export interface WordSpec {
  /** What stands for it in the help, such as `file`. */
  name: string;
  need: 'required' | 'optional';
}

export interface CommandSpec<O extends OptionSpecs> {
  /** As it is typed: `link`, `cache purge`. At most two words. */
  name: string;
  /** One line for the list of commands. */
  about: string;
  /** Further lines for `layover help <name>`. */
  more?: string;
  words: readonly WordSpec[];
  options: O;
  /**
   * Does it, and gives the exit code; null when something else sets it. What is heavy is imported in here, so that the others
   * start at once. Throws a CommandProblem, Problem or ConfigurationError for what a sentence can say.
   */
  run(given: Given<O>, terminal: Terminal): Promise<number | null>;
}

/** The words as they came, and the options by name. */
export interface Given<O extends OptionSpecs> {
  words: readonly string[];
  options: OptionValues<O>;
}

/** A command of any options, as the table holds it. */
export type Command = CommandSpec<OptionSpecs>;

/** A command for the table. */
export function defineCommand<const O extends OptionSpecs>(spec: CommandSpec<O>): Command {
  // The parser gives each option the kind of value that its own spec names, which is what OptionValues<O> says.
  return { ...spec, run: (given, terminal) => spec.run(given as Given<O>, terminal) };
}
