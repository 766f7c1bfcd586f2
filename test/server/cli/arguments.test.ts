import { expect, test } from 'vitest';
import { readArguments, type Reading } from '../../../server/cli/arguments.ts';
import { defineCommand, type Command } from '../../../server/cli/command.ts';
import { commands } from '../../../server/cli/commands.ts';

const letters = { pattern: /^[a-z]+$/, words: 'small letters' };

const table: readonly Command[] = [
  defineCommand({
    name: 'ask',
    about: 'asks a question',
    words: [{ name: 'question', need: 'required' }],
    options: {
      json: { kind: 'flag', about: 'prints JSON' },
      feature: { kind: 'text', value: 'name', about: 'the feature', form: letters },
      limit: { kind: 'count', value: 'number', about: 'at most so many' },
      tag: { kind: 'list', value: 'tag', about: 'a tag, as often as you like' },
    },
    run: async () => 0,
  }),
  defineCommand({ name: 'keys', about: 'lists the keys', words: [], options: {}, run: async () => 0 }),
  defineCommand({ name: 'keys create', about: 'makes a key', words: [], options: {}, run: async () => 0 }),
  defineCommand({
    name: 'cache purge',
    about: 'forgets answers',
    words: [{ name: 'id', need: 'optional' }],
    options: {},
    run: async () => 0,
  }),
];

function read(...args: string[]): Reading {
  return readArguments(args, table);
}

test('[X1] words and options come by name, each of the kind that the command says', () => {
  const reading = read('ask', '--tag', 'a', 'Why?', '--limit=12', '--tag=b', '--json', '--feature', 'chat');
  expect(reading).toMatchObject({
    kind: 'run',
    words: ['Why?'],
    options: { json: true, feature: 'chat', limit: 12, tag: ['a', 'b'] },
  });
  expect(read('ask', 'Why?')).toMatchObject({ options: { json: false, feature: null, limit: null, tag: [] } });
  expect(read('ask', '--', '--json')).toMatchObject({ words: ['--json'], options: { json: false } });
});

test('[X1] of a name and a longer one the longer one counts', () => {
  for (const line of ['keys', 'keys create', 'cache purge'])
    expect(read(...line.split(' '))).toMatchObject({ kind: 'run', command: { name: line } });
});

const wrongLines: [line: string, sentence: string][] = [
  ['strat', 'Unknown command `strat`. Say one of: ask, keys, cache, help.'],
  ['help strat', 'Unknown command `strat`. Say one of: ask, keys, cache, help.'],
  ['--json ask', 'The command comes first, and `--json` is an option.'],
  ['cache', '`layover cache` is not whole. Say one of: `layover cache purge`.'],
  ['cache drop', 'Unknown command `cache drop`. Say one of: `layover cache purge`.'],
  ['ask', 'Type `layover ask <question> [options]`.'],
  ['ask what now', '`layover ask` takes no further word, and got `now`. Put quotes around what holds blanks.'],
  ['keys here', '`layover keys` takes no further word, and got `here`.'],
  ['keys --force', '`layover keys` takes no options, and got `--force`.'],
  ['ask it --force', '`layover ask` takes `--json`, `--feature`, `--limit`, `--tag`, and got `--force`.'],
  ['ask it -j', '`layover ask` takes `--json`, `--feature`, `--limit`, `--tag`, and got `-j`.'],
  ['ask it --json=yes', '`--json` takes no value, and got `yes`.'],
  ['ask it --feature', '`--feature` needs a value: `--feature <name>`.'],
  ['ask it --feature --json', '`--feature` needs a value: `--feature <name>`.'],
  ['ask it --feature=A1', '`--feature` must be small letters.'],
  ['ask it --feature=a --feature=b', '`--feature` is said twice.'],
  ['ask it --limit=1e3', '`--limit` must be a whole number, such as 12.'],
];

test.each(wrongLines)('[K16] `layover %s` is answered with what to type', (line, sentence) => {
  expect(read(...line.split(' '))).toMatchObject({ kind: 'wrong', sentence });
});

test('[X2] no word, help and --help print the help: of all, of a group, of one command', () => {
  const all = read('help');
  for (const line of [[], ['--help'], ['-h']]) expect(read(...line)).toEqual(all);
  expect(all).toMatchObject({
    kind: 'help',
    text: expect.stringMatching(/^ {2}cache purge {7}forgets answers$/m) as unknown,
  });
  const one = `Usage: layover ask <question> [options]

Asks a question.

  --json            prints JSON
  --feature <name>  the feature
  --limit <number>  at most so many
  --tag <tag>       a tag, as often as you like
`;
  for (const line of ['help ask', 'ask --help', 'ask it -h'])
    expect(read(...line.split(' '))).toEqual({ kind: 'help', text: one });
  for (const line of ['help cache', 'cache --help', 'cache drop -h']) {
    const group = read(...line.split(' '));
    expect(group).toMatchObject({ kind: 'help', text: expect.stringContaining('forgets answers') as unknown });
    expect(group).not.toMatchObject({ text: expect.stringContaining('asks a question') as unknown });
  }
});

test('[X2] every command of the table has a line of its own, and options that do not take the place of help', () => {
  const names = commands.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, about, options, words } of commands) {
    expect(name).toMatch(/^[a-z]+(?: [a-z]+)?$/);
    // It stands in a column, and as a sentence of its own.
    expect(about).toMatch(/^[a-z`].*[^.]$/);
    expect(Object.keys(options)).not.toContain('help');
    // What may be left out comes last.
    const needs = words.map(({ need }) => need);
    expect(needs).toEqual(needs.toSorted().toReversed());
  }
});
