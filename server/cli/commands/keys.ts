import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { CommandProblem } from '../command-problem.ts';

const DAY_MS = 86_400_000;

const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  ends_with: z.string(),
  state: z.enum(['live', 'expired', 'revoked']),
  tenant: z.string(),
  user: z.string(),
  role: z.enum(['asker', 'operator']),
  features: z.nullable(z.array(z.string())),
  expires_at_ms: z.nullable(z.number()),
  last_used_at_ms: z.nullable(z.number()),
});
type Key = z.infer<typeof keySchema>;

const tenant = { kind: 'text', value: 'tenant' } as const;

export const keysCommand = defineCommand({
  name: 'keys',
  about: 'lists the virtual keys of the running router, the newest first',
  words: [],
  options: { tenant: { ...tenant, about: 'only those of this tenant' } },
  async run({ options }, terminal) {
    const { connectRouter } = await import('../router-client.ts');
    const router = await connectRouter(terminal);
    const query = options.tenant === null ? '' : `?tenant=${encodeURIComponent(options.tenant)}`;
    const { keys } = await router.read(z.object({ keys: z.array(keySchema) }), { path: `/api/keys${query}` });
    if (keys.length === 0 && terminal.isRead) terminal.print('There are no keys. `layover keys create` makes one.\n');
    for (const key of keys) terminal.print(`${lineOf(key)}\n`);
    return 0;
  },
});

export const keysCreateCommand = defineCommand({
  name: 'keys create',
  about: 'makes a virtual key, and shows it once',
  more: 'A program that reads it gets the key alone.',
  words: [],
  options: {
    name: { kind: 'text', value: 'name', about: 'what people call it' },
    tenant: { ...tenant, about: 'whose asks they are; `default` unless you name one' },
    user: { kind: 'text', value: 'user', about: 'whose; left out: a user of the key’s own' },
    operator: { kind: 'flag', about: 'it may do what an operator may' },
    feature: { kind: 'list', value: 'feature', about: 'it may ask this feature, and no other that is not named' },
    'monthly-usd': {
      kind: 'text',
      value: 'dollars',
      about: 'most that it may cost in a calendar month',
      form: amount(),
    },
    'asks-per-second': { kind: 'text', value: 'number', about: 'most asks a second in the long run', form: amount() },
    burst: { kind: 'count', value: 'number', about: 'most asks at once' },
    'names-users': { kind: 'flag', about: 'OpenAI’s `user` field of an ask names the user' },
    days: { kind: 'count', value: 'number', about: 'how long it works; left out: until it is revoked' },
  },
  async run({ options }, terminal) {
    const { connectRouter } = await import('../router-client.ts');
    const router = await connectRouter(terminal);
    const body = {
      name: options.name ?? '',
      tenant: options.tenant ?? 'default',
      user: options.user,
      role: options.operator ? 'operator' : 'asker',
      features: options.feature.length === 0 ? null : options.feature,
      caps: {
        monthly_cost_usd: numberOf(options['monthly-usd']),
        asks_per_second: numberOf(options['asks-per-second']),
        burst: options.burst,
      },
      names_users: options['names-users'],
      expires_at_ms: options.days === null ? null : terminal.clock.now() + options.days * DAY_MS,
    };
    const made = z.extend(keySchema, { token: z.string() });
    const key = await router.read(made, { path: '/api/keys', method: 'POST', body });
    const note = 'It is shown this once; what is kept is only good for comparing.';
    terminal.print(terminal.isRead ? `${key.token}\n\n${lineOf(key)}\n${note}\n` : `${key.token}\n`);
    return 0;
  },
});

export const keysRevokeCommand = defineCommand({
  name: 'keys revoke',
  about: 'ends a virtual key, from now on and for good',
  words: [{ name: 'id', need: 'required' }],
  options: {},
  async run({ words: [id = ''] }, terminal) {
    if (!id.startsWith('key-'))
      throw new CommandProblem('Name the key by its id, such as `key-0123456789abcdef`; `layover keys` lists them.', {
        kind: 'usage',
      });
    const { connectRouter } = await import('../router-client.ts');
    const router = await connectRouter(terminal);
    const key = await router.read(keySchema, { path: `/api/keys/${encodeURIComponent(id)}`, method: 'DELETE' });
    terminal.print(`${lineOf(key)}\n`);
    return 0;
  },
});

/** One line for people, and for `cut` and `awk`: two spaces between its parts. */
function lineOf(key: Key): string {
  const until = key.expires_at_ms === null ? 'no end' : `until ${dayOf(key.expires_at_ms)}`;
  const used = key.last_used_at_ms === null ? 'never used' : `last used ${dayOf(key.last_used_at_ms)}`;
  const features = key.features === null ? 'every feature' : key.features.join(',');
  return [
    key.id,
    `…${key.ends_with}`,
    key.state,
    `${key.tenant}/${key.user}`,
    key.role,
    features,
    until,
    used,
    key.name,
  ]
    .join('  ')
    .trimEnd();
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function amount(): { pattern: RegExp; words: string } {
  return { pattern: /^\d{1,7}(?:\.\d{1,9})?$/, words: 'a number such as `12.50`' };
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
