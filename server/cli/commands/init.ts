import { defineCommand } from '../command.ts';

export const initCommand = defineCommand({
  name: 'init',
  about: 'writes a commented layover.yaml into this folder; one that is there is kept',
  words: [],
  options: {},
  async run(_given, { environment, print }) {
    const { initialise } = await import('../init.ts');
    print(`${initialise(environment).join('\n')}\n`);
    return 0;
  },
});
