import { ConfigurationError, describePlace, type Mistake, type Place } from './configuration-error.ts';
import type { Variable } from './variables.ts';
import { pathKey, type Path, type Tree, type Written } from './yaml-tree.ts';

/** Most notices that one start prints. */
export const MAX_NOTICES = 50;

/** What a message shows of a value that may be a secret. */
const HIDDEN = 'a value that is not shown here';
const SECRET_NAME =
  /(?:^|_)(?:api_?keys?|keys?|secrets?|password|passwd|credentials?|webhook|headers|salt|dsn|environment_variables)(?:_|$)|(?<!per_)token$|(?:database|redis|slack|heartbeat|webhook|proxy)_url$/i;
const SECRET_VALUE =
  /^(?:sk|pk|rk|gsk|xai|hf|ghp|nvapi|bearer)[-_\s\u2010-\u2015\u2212]\S|^AIza|^AKIA|:\/\/[^/\s]*@|^(?=\S*\d)[A-Za-z0-9+/_-]{32,}={0,2}$/i;

/** What was found while reading one file: mistakes, which stop the start, and notices, which it prints. */
export class Findings {
  readonly #file: string;
  readonly #written: Map<string, Written>;
  readonly #mistakes: Mistake[] = [];
  readonly #wrong = new Set<string>();
  readonly #notices = new Map<string, { first: string; times: number }>();
  #tree: Tree;
  #variables = new Map<string, Variable>();

  constructor(file: string, tree: Tree, written: Map<string, Written>) {
    this.#file = file;
    this.#tree = tree;
    this.#written = written;
  }

  /** From now on values from the environment are named by their variable. */
  resolved(tree: Tree, variables: Map<string, Variable>): void {
    this.#tree = tree;
    this.#variables = variables;
  }

  /** The variable that the value at `path` stands in; undefined when it stands in the file. */
  variable(path: Path): Variable | undefined {
    return this.#variables.get(pathKey(path));
  }

  /** How the value at `path` is written; undefined when it is not in the file. */
  written(path: Path): Written | undefined {
    return this.#written.get(pathKey(path));
  }

  /** Notes a mistake, unless the value or what it stands in has one already: one mistake, one message. */
  mistake(path: Path, sentence: string, at: 'value' | 'key' = 'value'): void {
    for (let length = path.length; length > 0; length--) {
      if (this.#wrong.has(pathKey(path.slice(0, length)))) return;
    }
    this.#wrong.add(pathKey(path));
    this.#mistakes.push({ place: this.#place(path, at), sentence });
  }

  /** Says that `path` has a wrong value: what was found, what is allowed. */
  wrongValue(path: Path, allowed: string): void {
    this.mistake(path, `\`${pathName(path)}\` is ${this.found(path)}; it must be ${allowed}.`);
  }

  /** Notes something that a person should know; the same sentence of several places is told once, with its first place. */
  notice(path: Path, sentence: string): void {
    const known = this.#notices.get(sentence);
    if (known !== undefined) known.times++;
    else this.#notices.set(sentence, { first: describePlace(this.#place(path, 'key')), times: 1 });
  }

  notices(): string[] {
    const all = [...this.#notices].map(([sentence, { first, times }]) =>
      times === 1 ? `${first}: ${sentence}` : `${first}, and ${times - 1} more like it: ${sentence}`,
    );
    return all.length <= MAX_NOTICES
      ? all
      : [...all.slice(0, MAX_NOTICES - 1), `… and ${all.length - MAX_NOTICES + 1} more notices about ${this.#file}.`];
  }

  get hasMistakes(): boolean {
    return this.#mistakes.length > 0;
  }

  /** Throws everything that is wrong, if anything is. */
  stopIfWrong(): void {
    if (this.#mistakes.length === 0) return;
    const order = (mistake: Mistake): number =>
      mistake.place === null ? Number.POSITIVE_INFINITY : mistake.place.line;
    throw new ConfigurationError(
      [...this.#mistakes].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0)),
      { notices: this.notices() },
    );
  }

  /** What stands at `path`, as a message may show it. */
  found(path: Path): string {
    const variable = this.variable(path);
    if (variable !== undefined) return `what the environment variable \`${variable.name}\` holds`;
    const value = valueAt(this.#tree, path);
    if (value === undefined) return 'missing';
    if (value === null) return 'empty';
    if (Array.isArray(value)) return this.written(path)?.flow === true ? 'a list in brackets' : 'a list';
    if (typeof value === 'object') return 'a section with keys';
    return isSecret(path, value) ? HIDDEN : `"${shorten(value)}"`;
  }

  #place(path: Path, at: 'value' | 'key'): Place {
    for (let length = path.length; length > 0; length--) {
      const written = this.written(path.slice(0, length));
      if (written === undefined) continue;
      const key = at === 'key' || length < path.length;
      return key
        ? { file: this.#file, line: written.keyLine, column: written.keyColumn }
        : { file: this.#file, line: written.line, column: written.column };
    }
    return { file: this.#file, line: 1, column: 1 };
  }
}

/** A path as people write it: `model_list[0].litellm_params.model`. Keys that look like a pasted secret are not shown. */
export function pathName(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${keyName(part)}`))
    .join('');
}

/** A path with `*` for indexes, as the tables of keys write it. */
export function pathPattern(path: Path): string {
  return path.map((part) => (typeof part === 'number' ? '*' : part)).join('.');
}

export function keyName(key: string): string {
  if (SECRET_VALUE.test(key)) return '(not shown)';
  return key === '' ? '""' : shorten(key);
}

/** Whether a message may not show this value: by the name of its key, or by its look. */
export function isSecret(path: Path, value: string): boolean {
  return path.some((part) => typeof part === 'string' && isSecretName(part)) || SECRET_VALUE.test(value.trim());
}

/** Whether what has this name is a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** One line of at most 60 characters, control characters made visible. */
function shorten(text: string): string {
  const line = text.replaceAll(/\p{C}/gu, '\uFFFD');
  const points = Array.from(line);
  return points.length <= 60 ? line : `${points.slice(0, 59).join('')}…`;
}

function valueAt(tree: Tree, path: Path): Tree | undefined {
  let at: Tree | undefined = tree;
  for (const part of path) {
    if (at === undefined || at === null || typeof at !== 'object') return undefined;
    if (Array.isArray(at)) at = typeof part === 'number' ? at[part] : undefined;
    else at = typeof part === 'string' && Object.hasOwn(at, part) ? at[part] : undefined;
  }
  return at;
}
