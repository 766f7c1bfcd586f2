import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';

const answerSchema = z.object({ removed: z.number(), epoch: z.number() });

export const cachePurgeCommand = defineCommand({
  name: 'cache purge',
  about: 'removes saved answers from the running router, and has every device forget its own',
  more: 'Without an option all go. What is named narrows what the router removes; devices always forget all of theirs.',
  words: [],
  options: {
    feature: { kind: 'text', value: 'feature', about: 'only of this feature' },
    'prompt-version': { kind: 'count', value: 'number', about: 'only of this prompt version' },
    ask: { kind: 'text', value: 'id', about: 'only the answer that this ask got' },
    tenant: { kind: 'text', value: 'tenant', about: 'only of this tenant' },
  },
  async run({ options }, terminal) {
    const { connectRouter } = await import('../router-client.ts');
    const router = await connectRouter(terminal);
    const wish = {
      feature: options.feature,
      prompt_version: options['prompt-version'],
      ask_id: options.ask,
      tenant: options.tenant,
    };
    const body = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== null));
    const { removed } = await router.read(answerSchema, { path: '/api/cache/purge', method: 'POST', body });
    terminal.print(
      `Removed ${removed} saved ${removed === 1 ? 'answer' : 'answers'}. Devices forget theirs at their next word.\n`,
    );
    return 0;
  },
});
