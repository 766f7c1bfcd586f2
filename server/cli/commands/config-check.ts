import { defineCommand } from '../command.ts';

export const configCheckCommand = defineCommand({
  name: 'config check',
  about: 'reads the configuration as a start would, and says what it amounts to',
  more: 'It needs no running router, calls nobody and shows no secret. It ends with 1 when the configuration cannot be used. Without a file it reads the one that a start would.',
  words: [{ name: 'file', need: 'optional' }],
  options: {},
  async run({ words }, { environment, print }) {
    const { checkConfiguration } = await import('../config-check.ts');
    print(`${checkConfiguration(words[0] ?? null, environment).join('\n')}\n`);
    return 0;
  },
});
