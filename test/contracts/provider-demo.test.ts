import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deployment } from '../../server/config/configuration.ts';
import { startDemoProviders, type DemoProviders } from '../../server/providers/demo/demo-providers.ts';
import { openProvider } from '../../server/providers/open.ts';
import type { Provider, ProviderCall } from '../../server/providers/provider.ts';
import { fakeClock } from '../fakes/clock.ts';
import { seededRandom } from '../fakes/random.ts';
import { collect, failureOf, textOf } from './provider-events.ts';

describe.each(['demo-north/large', 'demo-south/large'])('the rules of a provider hold for %s', (name) => {
  const clock = fakeClock();
  let demo: DemoProviders;
  let deployment: Deployment;
  let provider: Provider;

  beforeAll(async () => {
    demo = await startDemoProviders({ clock, random: seededRandom(), pace: 0 });
    const found = demo.deployments.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no deployment ${name}.`);
    deployment = found;
    provider = openProvider({ ...deployment, clock });
  });
  afterAll(async () => {
    await provider.close();
    await demo.close();
  });

  const ask = (question: string, parameters: Record<string, unknown> = {}): ProviderCall => ({
    model: deployment.model,
    messages: [{ role: 'user', content: question }],
    parameters,
    idleTimeoutMs: deployment.idleTimeoutMs,
  });
  const stream = (call: ProviderCall, signal = new AbortController().signal): ReturnType<typeof collect> =>
    collect(provider.stream(call, signal)[Symbol.asyncIterator]());

  it('[P1] [P2] one request, accepted first, content, one finish', async () => {
    const before = demo.calls();
    const events = await stream(ask('What is a layover?'));
    const after = demo.calls();
    expect(after.north + after.south - before.north - before.south).toBe(1);
    expect(events[0]?.type).toBe('accepted');
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop', skippedChunks: 0 });
  });

  it('[P3] whole characters, in the order of the answer, also of other scripts', async () => {
    const text = textOf(await stream(ask('Translate good morning into Japanese, Arabic and Greek')));
    expect(text).toContain('おはようございます');
    expect(text).toContain('صباح الخير');
    expect(text).toContain('Καλημέρα');
    expect(text).not.toContain('\uFFFD');
  });

  it('[P5] usage by the rule of the demo: a token is four characters', async () => {
    const question = 'What is a layover?';
    const events = await stream(ask(question));
    expect(events.at(-1)).toMatchObject({
      usage: {
        inputTokens: Math.ceil(question.length / 4),
        outputTokens: Math.ceil(textOf(events).length / 4),
        cachedInputTokens: 0,
        cacheWriteTokens: 0,
        estimated: false,
      },
    });
  });

  it('[P4] an answer that meets its limit ends as `length`', async () => {
    const events = await stream(ask('Write a long essay', { max_tokens: 50 }));
    expect(textOf(events)).toHaveLength(200);
    expect(events.at(-1)).toMatchObject({ reason: 'length' });
  });

  it('[P8] an abort mid-answer ends the upstream call and throws the reason', async () => {
    demo.setPace(1);
    const controller = new AbortController();
    const reason = new Error('stopped');
    const events = provider.stream(ask('Write a long essay'), controller.signal)[Symbol.asyncIterator]();
    await events.next();
    const next = events.next();
    await clock.until(() => clock.timers() > 0);
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    await clock.until(() => clock.timers() === 0);
    demo.setPace(0);
  });

  it('[P9] a revoked key is `unauthorized`, another model is `model-missing`', async () => {
    const stranger = openProvider({ ...deployment, apiKey: 'demo-revoked', clock });
    const signal = new AbortController().signal;
    const refused = await failureOf(stranger.stream(ask('Hello'), signal)[Symbol.asyncIterator]());
    expect(refused).toMatchObject({ kind: 'unauthorized', status: 401 });
    await stranger.close();
    const other = { ...ask('Hello'), model: 'huge' };
    expect((await failureOf(provider.stream(other, signal)[Symbol.asyncIterator]())).kind).toBe('model-missing');
  });
});
