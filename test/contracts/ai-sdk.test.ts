import { createOpenAICompatible, type OpenAICompatibleProvider } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, isStepCount, streamText, tool } from 'ai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock, systemRandom } from '#shared/clock.ts';
import { complain } from '../fakes/provider/refusals.ts';
import { answer, callTool, cut, end, finish, hold, refuse, say } from '../fakes/provider/script.ts';
import { openWholeRouter, type WholeRouter } from '../fakes/whole-router.ts';

const prompt = 'Why is the sea salty?';

describe('the AI SDK’s OpenAI-compatible provider, unmodified, against a whole router', () => {
  let whole: WholeRouter;
  let layover: OpenAICompatibleProvider;
  let requestsAtMs: number[];

  beforeEach(() => reopen());
  afterEach(close);

  async function reopen(more = ''): Promise<void> {
    if (more !== '') await close();
    whole = await openWholeRouter({
      ...{ clock: systemClock, random: systemRandom },
      yaml: (north, south) => yamlOf(north, south) + more,
    });
    requestsAtMs = [];
    layover = createOpenAICompatible({
      name: 'layover',
      baseURL: `${whole.origin}/v1`,
      apiKey: whole.masterKey,
      includeUsage: true,
      fetch(input, init) {
        requestsAtMs.push(performance.now());
        return fetch(input, init);
      },
    });
  }

  async function close(): Promise<void> {
    await whole.stop(1_000);
    await whole.remove();
  }

  it('[SD1] gets a whole answer with its usage', async () => {
    whole.north.script(answer('Salt comes ', 'from rocks.'));
    const { text, usage, finishReason } = await generateText({ model: layover('chat'), prompt });
    expect([text, finishReason]).toEqual(['Salt comes from rocks.', 'stop']);
    expect(usage).toMatchObject({ inputTokens: 6, outputTokens: 6, totalTokens: 12 });
  });

  it('[SD1] streams, with usage, also from the second provider', async () => {
    whole.north.otherwise(refuse(503));
    whole.south.script(answer('Salt comes ', 'from rocks.'));
    const result = streamText({ model: layover('chat'), prompt });
    let text = '';
    for await (const piece of result.textStream) text += piece;
    expect([text, await result.finishReason]).toEqual(['Salt comes from rocks.', 'stop']);
    expect(await result.usage).toMatchObject({ inputTokens: 6, outputTokens: 6 });
    expect(requestsAtMs).toHaveLength(1);
  });

  it('[SD1] calls tools and goes on with what they gave', async () => {
    whole.north.script([callTool('call_1', 'weather', '{"city":', '"Porto"}'), finish()], answer('It rains in Porto.'));
    const { text, steps } = await generateText({
      model: layover('chat'),
      prompt,
      stopWhen: isStepCount(2),
      tools: {
        weather: tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => `Rain over ${city}.` }),
      },
    });
    expect([text, steps.length]).toEqual(['It rains in Porto.', 2]);
    expect(JSON.stringify(whole.north.calls[1]?.body['messages'])).toContain('Rain over Porto.');
  });

  it.each([
    ['is cut', [say('{"sea":'), cut()]],
    ['ends cleanly without a finish reason', [say('{"sea":'), end()]],
  ])('[SD2] a stream that %s is an error, and never a short success', async (_how, steps) => {
    whole.north.otherwise(steps);
    whole.south.otherwise(steps);
    const errors: unknown[] = [];
    const result = streamText({
      model: layover('chat'),
      prompt,
      // With tools nothing is gone on with.
      tools: { weather: tool({ inputSchema: z.object({ city: z.string() }) }) },
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    });
    const parts: string[] = [];
    for await (const part of result.fullStream) parts.push(part.type === 'text-delta' ? part.text : part.type);
    expect(parts).toContain('{"sea":');
    expect(parts).toContain('error');
    expect(JSON.stringify(errors)).toContain('stream_incomplete');
    expect(await result.finishReason).toBe('error');
  });

  it('[SD3] tries again what a retry may cure, and waits as long as it is told', async () => {
    await reopen('tenants: { default: { asks_per_second: 1, burst: 1 } }');
    await generateText({ model: layover('chat'), prompt });
    const { text } = await generateText({ model: layover('chat'), prompt });
    expect(text).toBe('This is the fake answer.');
    expect(requestsAtMs).toHaveLength(3);
    const waitedMs = (requestsAtMs[2] ?? 0) - (requestsAtMs[1] ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(900);
    expect(whole.north.calls).toHaveLength(2);
  });

  it('[SD3] does not try again what a retry cannot cure', async () => {
    whole.north.script(complain('openai', 'malformed'));
    const failure: unknown = await generateText({ model: layover('chat'), prompt }).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(APICallError);
    expect(failure).toMatchObject({ statusCode: 400, isRetryable: false });
    expect(requestsAtMs).toHaveLength(1);
  });

  it('[SD4] an abort is an abort', async () => {
    whole.north.script([say('Salt '), hold()]);
    const gone = new AbortController();
    const result = streamText({ model: layover('chat'), prompt, abortSignal: gone.signal });
    const parts: string[] = [];
    for await (const part of result.fullStream) {
      parts.push(part.type);
      if (part.type === 'text-delta') gone.abort();
    }
    expect(parts.at(-1)).toBe('abort');
    expect(parts).not.toContain('finish');
  });
});

function yamlOf(north: { apiBase: string }, south: { apiBase: string }): string {
  return `
model_list:
  - model_name: chat
    litellm_params: { model: openai/north, api_base: ${north.apiBase}, api_key: fake-key, order: 1 }
  - model_name: chat
    litellm_params: { model: anthropic/south, api_base: ${south.apiBase}, api_key: fake-key, order: 2 }
router_settings: { cooldown_time: 1 }
`;
}
