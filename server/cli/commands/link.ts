import type { Whom } from '../link.ts';
import { defineCommand } from '../command.ts';
import { CommandProblem } from '../command-problem.ts';

const name = { pattern: /^[\p{L}\p{N}._@-]{1,100}$/u, words: '1 to 100 letters, digits or `.`, `_`, `@`, `-`' };

export const linkCommand = defineCommand({
  name: 'link',
  about: 'prints a one-time link, and its QR code, that signs somebody in',
  more: 'It works while the router runs and while it does not. A program that reads it gets the link alone.',
  words: [],
  options: {
    operator: { kind: 'flag', about: 'for an operator' },
    user: { kind: 'text', value: 'user', about: 'for somebody who asks', form: name },
    tenant: { kind: 'text', value: 'tenant', about: 'of this tenant; `default` unless you name one', form: name },
    url: {
      kind: 'text',
      value: 'address',
      about: 'the address that people reach Layover by, such as https://ai.example.com',
    },
  },
  async run({ options }, terminal) {
    const whom = readWhom(options);
    const url = options.url === null ? null : originOf(options.url);
    const { makeLink } = await import('../link.ts');
    const { environment, clock, random } = terminal;
    const { link, lines } = await makeLink({ whom, url, environment, clock, random });
    // Whoever reads it by a program wants the link alone.
    terminal.print(`${terminal.isRead ? lines.join('\n') : link}\n`);
    return 0;
  },
});

function readWhom({ operator, tenant, user }: { operator: boolean; tenant: string | null; user: string | null }): Whom {
  const named = tenant !== null || user !== null;
  if (operator === named)
    throw new CommandProblem(
      'Say whom the link is for: either `--operator`, or `--user <user>` and perhaps `--tenant <tenant>`.',
      { kind: 'usage' },
    );
  return operator ? { role: 'operator' } : { role: 'asker', tenant: tenant ?? 'default', user };
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw new CommandProblem('`--url` must be an address such as `https://ai.example.com`.', { kind: 'usage' });
}
