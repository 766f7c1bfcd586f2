import * as z from 'zod/mini';
import { usdFromNano } from '#shared/money.ts';
import { defineCommand } from '../command.ts';

const doneSchema = z.object({
  warmed: z.array(
    z.object({
      feature: z.string(),
      provider: z.string(),
      status: z.string(),
      written_tokens: z.number(),
      cached_tokens: z.number(),
      cost_nano_usd: z.nullable(z.number()),
    }),
  ),
  left: z.array(z.object({ feature: z.string(), why: z.string() })),
});

export const warmCommand = defineCommand({
  name: 'warm',
  about: 'puts the stable beginning of features into their providers’ prompt caches, before a demo',
  more: 'Anthropic keeps it for five minutes, or for an hour where the feature says so; each use begins that time anew.',
  words: [],
  options: {
    feature: { kind: 'text', value: 'feature', about: 'this one; every feature unless you name one' },
    tenant: { kind: 'text', value: 'tenant', about: 'for the asks of this tenant; `default` unless you name one' },
  },
  async run({ options: { feature, tenant } }, terminal) {
    const { connectRouter } = await import('../router-client.ts');
    const router = await connectRouter(terminal);
    const body = { feature, ...(tenant === null ? {} : { tenant }) };
    const { warmed, left } = await router.read(doneSchema, { path: '/api/warm', method: 'POST', body });
    for (const one of warmed) terminal.print(`${lineOf(one)}\n`);
    for (const one of left) terminal.print(`${one.feature}: left out, ${one.why}\n`);
    const failed = warmed.some(({ status }) => status !== 'ok');
    return failed ? 1 : 0;
  },
});

function lineOf(one: z.infer<typeof doneSchema>['warmed'][number]): string {
  const at = `${one.feature} at ${one.provider}`;
  if (one.status !== 'ok') return `${at}: not warmed, the call ended as \`${one.status}\`.`;
  const cost = one.cost_nano_usd === null ? 'cost unknown' : `$${usdFromNano(one.cost_nano_usd)}`;
  const kept = one.written_tokens + one.cached_tokens;
  if (kept === 0) return `${at}: the provider told of nothing kept; its beginning may be too short. ${cost}.`;
  return `${at}: ${one.written_tokens} tokens written, ${one.cached_tokens} were there already. ${cost}.`;
}
