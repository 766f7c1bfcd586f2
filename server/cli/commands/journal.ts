import { defineCommand } from '../command.ts';

export const journalCommand = defineCommand({
  name: 'journal',
  about: 'shows what became of an ask: its state, its events, its attempts',
  more: 'Words are shown to whoever asked, and to nobody else: an operator sees how the newest 200 asks of others went, without a word of them.',
  words: [{ name: 'id', need: 'required' }],
  options: { json: { kind: 'flag', about: 'prints it as JSON' } },
  async run({ words, options }, terminal) {
    const { readJournal, writeJournal } = await import('../journal.ts');
    const entry = await readJournal(words[0] ?? '', terminal);
    terminal.print(options.json ? `${JSON.stringify(entry, null, 2)}\n` : writeJournal(entry));
    return 0;
  },
});
