import type { Clock } from '#shared/clock.ts';
import type { Usage } from '#shared/money.ts';
import { countedTokens, partsOf } from '../pricing/token-bound.ts';
import type { Tokenizer } from '../pricing/tokenizer.ts';
import { tokenPercent } from '../providers/model-facts.ts';
import type { Provider, ProviderCall, ProviderEvent } from '../providers/provider.ts';
import type { OpenProvider } from '../routing/attempt.ts';
import { within } from './limit.ts';

/** Longest wait of a finished answer for its count, ms. Past it, tokens are estimated by bytes. */
const COUNT_MS = 500;

/** Providers that count the tokens of an answer which came whole and without its usage; marked as estimated. */
export function countUntold(open: OpenProvider, deps: { tokenizer: Tokenizer; clock: Clock }): OpenProvider {
  return (deployment, override) => counting(open(deployment, override), deps);
}

function counting(provider: Provider, deps: { tokenizer: Tokenizer; clock: Clock }): Provider {
  return {
    async *stream(call, signal) {
      const said: string[] = [];
      for await (const event of provider.stream(call, signal)) {
        if (event.type !== 'finish' || event.usage !== null) {
          keep(event, said);
          yield event;
          continue;
        }
        yield { ...event, usage: await within(deps.clock, COUNT_MS, countUsage(call, said.join(''), deps.tokenizer)) };
      }
    },
    pass: provider.pass,
    retire: () => provider.retire(),
    close: () => provider.close(),
  };
}

function keep(event: ProviderEvent, said: string[]): void {
  if (event.type === 'text-delta') said.push(event.text);
  if (event.type === 'tool-delta')
    for (const { name, arguments: given } of event.toolCalls) said.push(name ?? '', given ?? '');
}

/** Null when nobody could count. */
async function countUsage(call: ProviderCall, answer: string, tokenizer: Tokenizer): Promise<Usage | null> {
  const parts = partsOf(call);
  const [input, output] = await Promise.all([tokenizer.count(parts.texts), tokenizer.count([answer])]);
  if (input === null || output === null) return null;
  const percent = tokenPercent(call.model);
  return {
    inputTokens: countedTokens(parts, input, percent),
    outputTokens: Math.ceil((output * percent) / 100),
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: true,
  };
}
