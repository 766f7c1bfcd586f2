import { describe, expect, it } from 'vitest';
import { answer } from '../../fakes/provider/script.ts';
import { codeOf, openRig } from './rig.ts';
import { deploymentOf, featureNamed } from './sample-configuration.ts';

describe('what is asked', () => {
  it('[A14] has a declared feature, or none', async () => {
    const rig = await openRig({ features: [featureNamed('summary')] });
    expect(await codeOf(rig.ask({ prompt: 'Hi' }, { feature: 'sumary' }))).toBe('feature_unknown');
    await rig.answer({ prompt: 'Hi' }, { feature: 'summary' });
    await rig.answer({ prompt: 'Hi' });
    const features = (await rig.rows(3)).map(({ ask }) => [ask.feature, ask.outcome]);
    expect(features.sort()).toEqual([
      ['default', 'answered'],
      ['sumary', 'refused'],
      ['summary', 'answered'],
    ]);
  });

  it('[A14] may name any feature where none is declared, as a tag that keeps answers apart', async () => {
    const rig = await openRig();
    await rig.answer({ prompt: 'Hi' });
    expect((await rig.answer({ prompt: 'Hi' }, { feature: 'chat' })).handle.delivery).toBe('provider');
    expect((await rig.rows(2)).map(({ ask }) => ask.feature).sort()).toEqual(['chat', 'default']);
  });

  it('[A14] names a model that is served', async () => {
    const rig = await openRig();
    await expect(rig.ask({ prompt: 'Hi', model: 'gpt-9' })).rejects.toThrow(
      'Model `gpt-9` is not served. Served: `chat`.',
    );
    expect(await codeOf(rig.ask({ prompt: 'Hi', model: 'gpt-9' }))).toBe('model_unknown');
    const nowhere = { apiBase: 'http://127.0.0.1:1', apiKey: '' };
    const more = Array.from({ length: 6 }, (_, at) => ({ ...deploymentOf(`m${at}`, nowhere), alias: `m${at}` }));
    const many = await openRig({ more });
    await expect(many.ask({ prompt: 'Hi', model: 'gpt-9' })).rejects.toThrow('`m3` and 2 more.');
  });

  it('[A15] reaches the provider with the system prompt in front and without our own fields', async () => {
    const rig = await openRig({ feature: { system: 'Be kind.' } });
    rig.first.script(answer('ok'));
    await rig.answer({ prompt: 'Hi', temperature: 0.2, user: 'x', metadata: { feature: 'y' }, stream: false, seed: 7 });
    const body = rig.first.calls[0]?.body ?? {};
    expect(body).toMatchObject({
      model: 'first-model',
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hi' },
      ],
      temperature: 0.2,
      seed: 7,
      stream: true,
    });
    for (const ours of ['prompt', 'feature', 'metadata', 'user']) expect(body).not.toHaveProperty(ours);
  });

  it('[A15] has its output capped where it wants more or says nothing', async () => {
    const rig = await openRig({ feature: { maxOutputTokens: 100 } });
    const wishes: Record<string, unknown>[] = [
      {},
      { max_tokens: 500 },
      { max_tokens: 50 },
      { max_completion_tokens: 5_000 },
    ];
    // A second name, a limit that some servers take for none, and one that is no number get past no cap.
    wishes.push({ max_tokens: 9_000, max_completion_tokens: 20 }, { max_tokens: -1 }, { max_tokens: '9000' });
    for (const [at, wanted] of wishes.entries()) await rig.answer({ prompt: `Hi ${at}`, ...wanted });
    expect(rig.first.calls.map(({ body }) => [body['max_tokens'], body['max_completion_tokens']])).toEqual([
      [undefined, 100],
      [100, undefined],
      [50, undefined],
      [undefined, 100],
      [undefined, 20],
      [100, undefined],
      [100, undefined],
    ]);
  });

  it('[A15] is one answer, and not nested past what can be compared', async () => {
    const rig = await openRig();
    expect(await codeOf(rig.ask({ prompt: 'Hi', n: 2 }))).toBe('body_malformed');
    let deep: unknown = 1;
    for (let level = 0; level < 100; level++) deep = [deep];
    expect(await codeOf(rig.ask({ prompt: 'Hi', deep }))).toBe('body_malformed');
    expect(rig.first.calls).toHaveLength(0);
  });
});
