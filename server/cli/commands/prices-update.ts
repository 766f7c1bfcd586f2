import { defineCommand } from '../command.ts';

export const pricesUpdateCommand = defineCommand({
  name: 'prices update',
  about: 'takes newer prices of models from a list in LiteLLM’s form, and keeps them in the data folder',
  more: 'Without a file or an address the list of LiteLLM itself is fetched. The configuration’s own prices go before it; a running router reads it with the next reload.',
  words: [{ name: 'file or address', need: 'optional' }],
  options: {},
  async run({ words }, terminal) {
    const { updatePrices } = await import('../prices-update.ts');
    terminal.print(`${(await updatePrices(words[0] ?? null, terminal)).join('\n')}\n`);
    return 0;
  },
});
