import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '#shared/chat.ts';
import type { Deployment } from '../../../server/config/configuration.ts';
import { finish, say } from '../../fakes/provider/script.ts';
import { openRig, type Rig, type RigOptions, type Told } from './rig.ts';
import { deploymentOf, noFeatureLimits } from './sample-configuration.ts';

const small: Deployment = {
  ...deploymentOf('small', { apiBase: 'http://127.0.0.1:9', apiKey: 'k' }),
  alias: 'small',
  wire: 'anthropic',
};

/** A rig whose feature has a cheaper model, at the second provider. */
async function withSmall(options: RigOptions = {}): Promise<Rig> {
  const rig = await openRig({
    feature: { limits: { ...noFeatureLimits, cheaperModel: 'small' } },
    ...options,
    more: [small],
  });
  const own = rig.configuration.deployments.find(({ alias }) => alias === 'small');
  Object.assign(own ?? {}, { apiBase: rig.second.apiBase, apiKey: rig.second.apiKey });
  return rig;
}

const degradedOf = ({ last }: Told): string[] | null => (last?.type === 'answer-end' ? last.provenance.degraded : null);

const talk = (words: number): ChatMessage[] =>
  Array.from({ length: 6 }, (_, at): ChatMessage => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: 'word '.repeat(words),
  })).concat({
    role: 'user',
    content: 'Hi',
  });

describe('safeguard mode', () => {
  it('[B52] sends asks to the cheaper model with a shorter context, and says so in the answer and the ledger', async () => {
    const rig = await withSmall();
    rig.parts.safeguard.set(null, true, 60_000);
    const told = await rig.answer({ messages: talk(300) });
    expect(degradedOf(told)).toEqual(['safeguard', 'cheaper_model', 'truncate_context']);
    expect([rig.first.calls.length, rig.second.calls.length]).toEqual([0, 1]);
    const [row] = await rig.rows();
    expect(row?.ask.degraded).toBe('safeguard,cheaper_model,truncate_context');
  });

  it('[B52] refuses nobody and says nothing where there is nothing cheaper and nothing to shorten', async () => {
    const rig = await openRig();
    rig.parts.safeguard.set(null, true, 60_000);
    expect(degradedOf(await rig.answer({ prompt: 'word '.repeat(2_000) }))).toEqual([]);
    expect(rig.first.calls).toHaveLength(1);
  });

  it('[B53] begins with the first ask after 95 percent of the month were spent', async () => {
    const rig = await withSmall({ tenants: { acme: { monthlyCostNanoUsd: 22_500 } } });
    rig.first.script([say('Yes.'), finish({ usage: { prompt_tokens: 100, completion_tokens: 10_700 } })]);
    await rig.answer({ prompt: 'One', max_tokens: 2_000 }, { noCache: true });
    await rig.rows(1);
    const told = await rig.answer({ prompt: 'Two', max_tokens: 20 });
    expect(degradedOf(told)).toEqual(['safeguard', 'cheaper_model']);
  });
});

describe('a price that is not known', () => {
  const unpriced = { first: { prices: null } };

  it('[B60] counts as nothing under a cap, unless nobody may ask for it', async () => {
    const tenants = { acme: { monthlyCostNanoUsd: 100_000 } };
    const rig = await openRig({ ...unpriced, tenants });
    expect((await rig.answer({ prompt: 'Hi' })).text).toBe('This is the fake answer.');
    Object.assign(rig.configuration, { unknownPrice: 'refuse' });
    const { last } = await rig.answer({ prompt: 'Ho' });
    expect(last?.type === 'answer-problem' ? [last.problem.code, last.problem.status] : null).toEqual([
      'price_unknown',
      402,
    ]);
    expect(rig.first.calls).toHaveLength(1);
  });

  it('[B60] refused under a cap in dollars, an ask goes to the cheaper model whose price is known; without a cap it goes as it is', async () => {
    const rig = await withSmall({
      ...unpriced,
      feature: { limits: { ...noFeatureLimits, costNanoUsd: 1_000_000, cheaperModel: 'small' } },
    });
    Object.assign(rig.configuration, { unknownPrice: 'refuse' });
    expect(degradedOf(await rig.answer({ prompt: 'Hi' }))).toEqual(['cheaper_model']);
    const free = await openRig(unpriced);
    Object.assign(free.configuration, { unknownPrice: 'refuse' });
    expect(degradedOf(await free.answer({ prompt: 'Hi' }))).toEqual([]);
  });

  it('[B60] changes no cap in tokens', async () => {
    const rig = await openRig({ ...unpriced, feature: { limits: { ...noFeatureLimits, inputTokens: 10 } } });
    const { last } = await rig.answer({ prompt: 'word '.repeat(50) });
    expect(last?.type === 'answer-problem' && last.problem.code).toBe('context_too_long');
  });
});
