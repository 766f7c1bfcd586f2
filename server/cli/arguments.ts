import { parseArgs } from 'node:util';
import type { Command, OptionSpec, OptionSpecs } from './command.ts';
import { helpFor, helpForAll, synopsis } from './help.ts';

/** What a line asks for. `wrong` has a sentence that says what to type instead, and the help that belongs to it. */
export type Reading =
  | { kind: 'run'; command: Command; words: string[]; options: Record<string, OptionValue> }
  | { kind: 'help'; text: string }
  | { kind: 'wrong'; sentence: string; help: string };

type OptionValue = boolean | string | number | string[] | null;

/** Reads a line by the table of commands. */
export function readArguments(args: readonly string[], commands: readonly Command[]): Reading {
  const first = args[0] ?? 'help';
  if (first === 'help' || first === '--help' || first === '-h') return readHelp(args.slice(1), commands);
  const found = findCommand(args, commands);
  if (found === null) return unknownCommand(args, commands);
  const rest = args.slice(found.name.split(' ').length);
  const end = rest.indexOf('--');
  const said = end === -1 ? rest : rest.slice(0, end);
  if (said.includes('--help') || said.includes('-h')) return { kind: 'help', text: helpFor(found) };
  return readRest(found, rest);
}

/** The command whose name the line begins with: of `keys` and `keys create` the longer one. */
function findCommand(args: readonly string[], commands: readonly Command[]): Command | null {
  for (const length of [2, 1]) {
    const name = args.slice(0, length).join(' ');
    const command = commands.find((one) => one.name === name);
    if (command !== undefined) return command;
  }
  return null;
}

function readHelp(about: readonly string[], commands: readonly Command[]): Reading {
  const [group] = about;
  if (group === undefined) return { kind: 'help', text: helpForAll(commands) };
  const command = findCommand(about, commands);
  if (command !== null) return { kind: 'help', text: helpFor(command) };
  const members = membersOf(group, commands);
  if (members.length > 0) return { kind: 'help', text: helpForAll(members) };
  return unknownCommand(about, commands);
}

function membersOf(group: string, commands: readonly Command[]): Command[] {
  return commands.filter(({ name }) => name.startsWith(`${group} `));
}

function unknownCommand(args: readonly string[], commands: readonly Command[]): Reading {
  const [first = '', second = ''] = args;
  const members = membersOf(first, commands);
  if (members.length > 0) {
    const asksHelp = args.includes('--help') || args.includes('-h');
    if (asksHelp) return { kind: 'help', text: helpForAll(members) };
    const names = members.map(({ name }) => `\`layover ${name}\``).join(', ');
    const what = second === '' ? `\`layover ${first}\` is not whole` : `Unknown command \`${first} ${second}\``;
    return { kind: 'wrong', sentence: `${what}. Say one of: ${names}.`, help: helpForAll(members) };
  }
  const help = helpForAll(commands);
  if (first.startsWith('-'))
    return { kind: 'wrong', sentence: `The command comes first, and \`${first}\` is an option.`, help };
  const names = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? name)), 'help'].join(', ');
  return { kind: 'wrong', sentence: `Unknown command \`${first}\`. Say one of: ${names}.`, help };
}

function readRest(command: Command, args: readonly string[]): Reading {
  const wrong = (sentence: string): Reading => ({ kind: 'wrong', sentence, help: helpFor(command) });
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(command.options).map(([name, spec]) => [name, asNode(spec)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words: string[] = [];
  const options = emptyValues(command.options);
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined;
    if (spec === undefined) return wrong(unknownOption(command, token.rawName));
    const mistake = setOption(options, { spec, ...token });
    if (mistake !== null) return wrong(mistake);
  }
  const misplaced = checkWords(command, words);
  return misplaced === null ? { kind: 'run', command, words, options } : wrong(misplaced);
}

function asNode(spec: OptionSpec): { type: 'boolean' } | { type: 'string'; multiple: true } {
  return spec.kind === 'flag' ? { type: 'boolean' } : { type: 'string', multiple: true };
}

function emptyValues(specs: OptionSpecs): Record<string, OptionValue> {
  const empty = { flag: false, text: null, count: null };
  return Object.fromEntries(
    Object.entries(specs).map(([name, { kind }]) => [name, kind === 'list' ? [] : empty[kind]]),
  );
}

interface Typed {
  spec: OptionSpec;
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

/** The sentence of what is wrong with it; null when nothing is. */
function setOption(
  options: Record<string, OptionValue>,
  { spec, name, rawName, value, inlineValue }: Typed,
): string | null {
  if (spec.kind === 'flag') {
    if (value !== undefined) return `\`${rawName}\` takes no value, and got \`${value}\`.`;
    options[name] = true;
    return null;
  }
  if (value === undefined || (inlineValue !== true && value.startsWith('-')))
    return `\`${rawName}\` needs a value: \`${rawName} <${spec.value}>\`.`;
  if (spec.form !== undefined && !spec.form.pattern.test(value)) return `\`${rawName}\` must be ${spec.form.words}.`;
  const before = options[name];
  if (spec.kind === 'list') {
    options[name] = [...(Array.isArray(before) ? before : []), value];
    return null;
  }
  if (before !== null) return `\`${rawName}\` is said twice.`;
  if (spec.kind === 'count' && !/^\d{1,15}$/.test(value)) return `\`${rawName}\` must be a whole number, such as 12.`;
  options[name] = spec.kind === 'count' ? Number(value) : value;
  return null;
}

function unknownOption(command: Command, typed: string): string {
  const known = Object.keys(command.options).map((name) => `\`--${name}\``);
  const instead = known.length === 0 ? 'takes no options' : `takes ${known.join(', ')}`;
  return `\`layover ${command.name}\` ${instead}, and got \`${typed}\`.`;
}

function checkWords(command: Command, words: readonly string[]): string | null {
  const needed = command.words.filter(({ need }) => need === 'required').length;
  if (words.length < needed) return `Type \`${synopsis(command)}\`.`;
  if (words.length <= command.words.length) return null;
  const surplus = words.slice(command.words.length).join(' ');
  // A question without quotes is the most common case.
  const quotes = command.words.length === 0 ? '' : ' Put quotes around what holds blanks.';
  return `\`layover ${command.name}\` takes no further word, and got \`${surplus}\`.${quotes}`;
}
