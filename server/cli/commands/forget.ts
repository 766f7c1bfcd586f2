import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { CommandProblem } from '../command-problem.ts';

const erasedSchema = z.object({
  keys: z.number(),
  links: z.number(),
  sessions: z.number(),
  stopped: z.number(),
  journal: z.number(),
  answers: z.number(),
  ledger: z.number(),
});

/** What each number counts, as it is read. */
const WORDS: Record<keyof z.infer<typeof erasedSchema>, string> = {
  keys: 'keys',
  links: 'sign-in links',
  sessions: 'sessions',
  stopped: 'running asks, stopped',
  journal: 'asks with their answers',
  answers: 'saved answers',
  ledger: 'rows of the ledger, kept without the name',
};

export const forgetCommand = defineCommand({
  name: 'forget',
  about: 'erases a person, or everybody of a tenant, from the running router',
  more: 'Sums stay true: the ledger keeps its rows under a pseudonym that leads nowhere. Copies made by `layover backup`, and the log, are yours to remove.',
  words: [],
  options: {
    tenant: { kind: 'text', value: 'tenant', about: 'whose tenant; required' },
    user: { kind: 'text', value: 'user', about: 'whom; left out: everybody of the tenant' },
  },
  async run({ options: { tenant, user } }, terminal) {
    if (tenant === null)
      throw new CommandProblem('Say whom: `--tenant <tenant>`, and `--user <user>` for one person of it.', {
        kind: 'usage',
      });
    const { connectRouter } = await import('../router-client.ts');
    const router = await connectRouter(terminal);
    const body = user === null ? { tenant } : { tenant, user };
    const erased = await router.read(erasedSchema, { path: '/api/forget', method: 'POST', body });
    const lines = Object.entries(WORDS)
      // The table of words has the keys of the schema.
      .map(([name, words]) => ({ count: erased[name as keyof typeof WORDS], words }))
      .filter(({ count }) => count > 0)
      .map(({ count, words }) => `  ${count} ${words}`);
    const whom = user === null ? `everybody of ${tenant}` : `${user} of ${tenant}`;
    const what = lines.length === 0 ? `Nothing of ${whom} was there.` : `Erased of ${whom}:\n${lines.join('\n')}`;
    terminal.print(`${what}\n`);
    return 0;
  },
});
