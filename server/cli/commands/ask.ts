import { defineCommand } from '../command.ts';

export const askCommand = defineCommand({
  name: 'ask',
  about: 'asks the running router, and prints the answer as it comes',
  more: 'Where the answer came from stands at the end, on stderr. Ctrl-C stops the ask at the router. It ends with 0 for a whole answer, 3 for one that is not, 1 for none.',
  words: [{ name: 'question', need: 'required' }],
  options: {
    feature: { kind: 'text', value: 'name', about: 'the feature that is asked; the default one unless you name it' },
    json: { kind: 'flag', about: 'prints the whole answer as JSON, with where it came from' },
    'no-cache': { kind: 'flag', about: 'takes no remembered answer' },
  },
  async run({ words, options }, terminal) {
    const { askRouter } = await import('../ask.ts');
    const { feature, json, 'no-cache': noCache } = options;
    return askRouter({ question: words[0] ?? '', feature, isJson: json, noCache }, terminal);
  },
});
