import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/**
 * A YAML file as plain data. Every scalar keeps the text that was written, so that `5.46875e-07` stays exact and a value from
 * the environment is read the same way as one from the file; the schema decides what a text means.
 */
export type Tree = string | null | Tree[] | { [key: string]: Tree };
export type Path = readonly (string | number)[];

/** Where a value and its key stand, and how it was written. Lines and columns count from 1. */
export interface Written {
  line: number;
  column: number;
  keyLine: number;
  keyColumn: number;
  /** A scalar without quotes. */
  plain: boolean;
  /** A list or map in brackets. */
  flow: boolean;
}

export type YamlFile =
  | { kind: 'read'; tree: Tree; written: Map<string, Written> }
  | { kind: 'malformed'; mistakes: { line: number; column: number; sentence: string }[] };

/** Longest file that is read, in characters. */
export const MAX_FILE_CHARS = 1_000_000;
/** Most values of one file, those repeated by aliases counted each time: aliases cannot grow past it. */
const MAX_VALUES = 100_000;
/** Deepest nesting. */
const MAX_DEPTH = 50;

/** A path as a key of a map. */
export function pathKey(path: Path): string {
  return JSON.stringify(path);
}

/** Reads one YAML document. Never throws; syntax errors are sentences that quote nothing of the file, which may hold secrets. */
export function readYaml(text: string): YamlFile {
  if (text.length > MAX_FILE_CHARS) {
    return malformed(1, 1, `the file is longer than ${MAX_FILE_CHARS.toLocaleString('en')} characters.`);
  }
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, logLevel: 'error' });
  } catch {
    // The parser is recursive: only absurd nesting makes it throw, and its own words would say nothing to a person.
    return malformed(1, 1, 'this cannot be read as YAML; is it nested too deeply?');
  }
  if (document.errors.length > 0) {
    const mistakes = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return {
        line: Math.max(1, line),
        column: Math.max(1, col),
        sentence: SYNTAX[error.code] ?? `this is not valid YAML (${error.code}).`,
      };
    });
    return { kind: 'malformed', mistakes };
  }
  const walk = new Walk(lines);
  try {
    const tree = walk.value(document.contents, [], null);
    return { kind: 'read', tree, written: walk.written };
  } catch (thrown) {
    if (!(thrown instanceof CannotRead)) throw thrown;
    return malformed(thrown.line, thrown.column, thrown.message);
  }
}

function malformed(line: number, column: number, sentence: string): YamlFile {
  return { kind: 'malformed', mistakes: [{ line, column, sentence }] };
}

const INDENT = 'the indentation does not fit, or a colon is missing or has no blank after it.';
const SYNTAX: Partial<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands here a second time; keep one of them.',
  TAB_AS_INDENT: 'a tab indents this line; use blanks.',
  MULTIPLE_DOCS: 'a second document starts here (`---`); one file holds one configuration.',
  BAD_INDENT: INDENT,
  BLOCK_AS_IMPLICIT_KEY: INDENT,
  MULTILINE_IMPLICIT_KEY: INDENT,
  BAD_SCALAR_START: 'a value cannot start with this character; put it in quotes.',
  BAD_DQ_ESCAPE: 'this is no escape that YAML knows; use single quotes, or double the backslash.',
  MISSING_CHAR: 'a quote, bracket, comma or blank is missing here.',
  UNEXPECTED_TOKEN: 'something stands here that does not belong; is a quote or a line break missing?',
  NON_STRING_KEY: 'a key must be a word; is a `[PLACEHOLDER]` left, or a quote missing?',
};

class CannotRead extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Turns nodes into plain data, aliases and merges (`<<`) resolved, and notes where each value stands. */
class Walk {
  readonly written = new Map<string, Written>();
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  value(node: Node | null, path: Path, key: Node | null): Tree {
    const [line, column] = this.#position(node ?? key);
    const [keyLine, keyColumn] = this.#position(key ?? node);
    if (++this.#values > MAX_VALUES || path.length > MAX_DEPTH) {
      const what = path.length > MAX_DEPTH ? `more than ${MAX_DEPTH} levels deep` : `more than ${MAX_VALUES} values`;
      throw new CannotRead(`the file holds ${what}, aliases counted each time.`, line, column);
    }
    const real = isAlias(node) ? this.#behind(node) : node;
    this.written.set(pathKey(path), {
      line,
      column,
      keyLine,
      keyColumn,
      plain: isScalar(real) && real.type === 'PLAIN',
      flow: (isMap(real) || isSeq(real)) && real.flow === true,
    });
    if (real === null) return null;
    if ('anchor' in real && real.anchor !== undefined) this.#anchors.set(real.anchor, real);
    if (isScalar(real)) return textOf(real);
    if (this.#open.has(real)) throw new CannotRead('this alias (`*name`) stands inside its own anchor.', line, column);
    this.#open.add(real);
    try {
      return isMap(real) ? this.#map(real, path) : isSeq(real) ? this.#list(real, path) : null;
    } finally {
      this.#open.delete(real);
    }
  }

  #list(list: YAMLSeq, path: Path): Tree[] {
    return list.items.map((item, index) => this.value(item as Node | null, [...path, index], null));
  }

  #map(map: YAMLMap, path: Path): Record<string, Tree> {
    const entries = new Map<string, Tree>();
    const merged: Node[] = [];
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? (textOf(key) ?? '') : '';
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merged.push(value as Node);
      else entries.set(name, this.value(value as Node | null, [...path, name], key as Node));
    }
    for (const node of merged.flatMap((source) => this.#sources(source))) {
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? (textOf(key) ?? '') : '';
        if (!entries.has(name)) entries.set(name, this.value(value as Node | null, [...path, name], key as Node));
      }
    }
    return Object.fromEntries(entries);
  }

  /** What `<<` takes over: a map, or a list of maps of which the first goes first. */
  #sources(source: Node): YAMLMap[] {
    const real = isAlias(source) ? this.#behind(source) : source;
    if (isMap(real)) return [real];
    if (!isSeq(real)) return [];
    return real.items.map((item) => (isAlias(item) ? this.#behind(item) : item)).filter((item) => isMap(item));
  }

  #behind(alias: Alias): Node {
    const node = this.#anchors.get(alias.source);
    if (node !== undefined) return node;
    throw new CannotRead('this alias (`*name`) names no anchor (`&name`) above it.', ...this.#position(alias));
  }

  #position(node: Node | null): [number, number] {
    const at = this.#lines.linePos(node?.range?.[0] ?? 0);
    return [Math.max(1, at.line), Math.max(1, at.col)];
  }
}

function textOf(scalar: Scalar): string | null {
  if (scalar.value === null) return null;
  if (typeof scalar.value === 'string') return scalar.value;
  // Numbers, truth values and dates: what was written, not what YAML made of it. Only a made node has no source, and none is made here.
  return scalar.source ?? '';
}
