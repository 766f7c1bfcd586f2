import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type YAMLMap } from 'yaml';
import { MAX_LIST_CHARS, MAX_NAME_CHARS, MAX_PROMPT_CHARS } from '#device/pack.ts';
import { boundList, tooLong, tooLongPrompt, type PackList, type Wish } from './pack-list.ts';

/**
 * Reads a shared list, YAML or JSON (which is YAML): prompts alone, or with a name, a date and features.
 *
 *     name: Lisbon demo
 *     date: 2026-11-24T10:00
 *     prompts: [What is included?]
 *     features:
 *       guest-answers: [Which tours run on Mondays?]
 *
 * A lazy chunk: the parser weighs more than the view. `known` are the features there are.
 */
export function readListFile(text: string, known: readonly string[]): PackList {
  if (text.length > MAX_LIST_CHARS) return tooLong();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.2' });
  const [error] = document.errors;
  if (error !== undefined) {
    const [first = ''] = error.message.split(/ at line \d|\n/);
    return {
      ok: false,
      problem: `This is neither YAML nor JSON: ${first.trim()}.`,
      line: error.linePos?.[0].line ?? null,
    };
  }
  try {
    return readWhole(document, { known, lineOf: (node) => lines.linePos(node?.range?.[0] ?? 0).line });
  } catch (thrown) {
    if (thrown instanceof Misfit) return { ok: false, problem: thrown.message, line: thrown.line };
    throw thrown;
  }
}

interface Reading {
  known: readonly string[];
  lineOf: (node: Node | null) => number;
}

/** Something in the file that is not what it should be, and where. */
class Misfit extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const NAMES = ['name', 'date', 'prompts', 'features'];

function readWhole(document: Document.Parsed, reading: Reading): PackList {
  const whole = document.contents;
  if (isSeq(whole)) return boundList({ name: null, demoAtMs: null, wishes: readPrompts(whole, null, reading) });
  if (!isMap(whole)) throw new Misfit('A list of prompts is expected, or `prompts` and `features`.', 1);
  const wishes: Wish[] = [];
  let name: string | null = null;
  let demoAtMs: number | null = null;
  for (const { key, value, line: at } of membersOf(whole, reading)) {
    if (!NAMES.includes(key)) {
      throw new Misfit(`\`${key.slice(0, 40)}\` is not known here. Known are ${NAMES.join(', ')}.`, at);
    }
    const line = reading.lineOf(value);
    if (key === 'name') {
      name = textOf(value, reading, '`name`').slice(0, MAX_NAME_CHARS);
    } else if (key === 'date') {
      const written = textOf(value, reading, '`date`');
      // A bare day is meant in the reader's own zone, as a day with a time is.
      demoAtMs = Date.parse(/^\d{4}-\d\d-\d\d$/.test(written) ? `${written}T00:00` : written);
      if (Number.isNaN(demoAtMs)) throw new Misfit('`date` is a day and a time, such as 2026-11-24T10:00.', line);
    } else if (key === 'prompts') {
      wishes.push(...readPrompts(value, null, reading));
    } else if (key === 'features') {
      if (!isMap(value)) throw new Misfit('`features` has the name of a feature, and under it its prompts.', line);
      for (const each of membersOf(value, reading)) {
        checkFeature(each.key, each.line, reading);
        wishes.push(...readPrompts(each.value, each.key, reading));
      }
    }
  }
  return boundList({ name, demoAtMs, wishes });
}

function membersOf(map: YAMLMap, reading: Reading): { key: string; value: Node | null; line: number }[] {
  return map.items.map(({ key, value }) => {
    const line = reading.lineOf(key as Node | null);
    if (!isScalar(key) || typeof key.value !== 'string') throw new Misfit('A name is expected here.', line);
    return { key: key.value, value: value as Node | null, line };
  });
}

function readPrompts(node: Node | null, feature: string | null, reading: Reading): Wish[] {
  if (!isSeq(node)) throw new Misfit('A list of prompts is expected here, each behind a dash.', reading.lineOf(node));
  return node.items.map((item) => {
    const prompt = item as Node | null;
    if (!isMap(prompt)) return { feature, prompt: promptOf(prompt, reading) };
    const own = prompt.get('feature', true) ?? null;
    const named = own === null ? feature : textOf(own, reading, '`feature`');
    if (named !== null) checkFeature(named, reading.lineOf(own ?? prompt), reading);
    return { feature: named, prompt: promptOf(prompt.get('prompt', true) ?? null, reading, prompt) };
  });
}

function promptOf(node: Node | null, reading: Reading, around = node): string {
  const prompt = textOf(node, reading, 'A prompt', around);
  if (prompt.length > MAX_PROMPT_CHARS) throw misfitOf(tooLongPrompt(reading.lineOf(around)));
  return prompt;
}

function textOf(node: Node | null, reading: Reading, what: string, around = node): string {
  // A number or a date that stands bare is meant as it is written.
  const value = isScalar(node) ? (node.source ?? node.value) : null;
  if (typeof value !== 'string' || value.trim() === '')
    throw new Misfit(`${what} must be a text.`, reading.lineOf(around));
  return value.trim();
}

function checkFeature(name: string, line: number, { known }: Reading): void {
  if (known.includes(name)) return;
  throw new Misfit(`There is no feature \`${name.slice(0, 40)}\`. There are ${known.join(', ')}.`, line);
}

function misfitOf(list: PackList): Misfit {
  return list.ok ? new Misfit('', 0) : new Misfit(list.problem, list.line ?? 0);
}
