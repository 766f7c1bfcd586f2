import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '#shared/chat.ts';
import type { FeatureLimits } from '../../../server/config/configuration.ts';
import { boundTokens } from '../../../server/pricing/token-bound.ts';
import { refuse } from '../../fakes/provider/script.ts';
import { openRig, SOMEONE, type Rig, type RigOptions, type Told } from './rig.ts';
import { deploymentOf, noFeatureLimits } from './sample-configuration.ts';

const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });

/** A rig whose feature has these limits, with an alias `small` at the second provider. */
async function limited(limits: Partial<FeatureLimits>, more: RigOptions = {}): Promise<Rig> {
  return openRig({ ...more, feature: { limits: { ...noFeatureLimits, ...limits }, ...more.feature } });
}

function problemOf({ last }: Told): [string, number] | null {
  return last?.type === 'answer-problem' ? [last.problem.code, last.problem.status] : null;
}

const degradedOf = ({ last }: Told): string[] | null =>
  last?.type === 'answer-end' || last?.type === 'answer-problem' ? (last.provenance?.degraded ?? null) : null;

/** What the first provider got in its last call, as `role: words`. */
function sentTo({ first }: Rig): string[] {
  const messages = first.calls.at(-1)?.body['messages'] as ChatMessage[];
  return messages.map(
    ({ role, content }) => `${role}: ${typeof content === 'string' ? content : JSON.stringify(content)}`,
  );
}

const tokens = (...messages: ChatMessage[]): number => boundTokens({ messages, parameters: {} });

describe('a conversation that is too long for its feature', () => {
  it('[B40] loses its oldest turns, as few as will do; never what the system says, never the last turn', async () => {
    const system: ChatMessage = { role: 'system', content: 'Be kind.' };
    const rest = [user('Three'), assistant('3'), user('Four')];
    const rig = await limited({ inputTokens: tokens(system, ...rest) });
    const told = await rig.answer({
      messages: [system, user('One'), assistant('1'), user('Two'), assistant('2'), ...rest],
    });
    expect(sentTo(rig)).toEqual(['system: Be kind.', 'user: Three', 'assistant: 3', 'user: Four']);
    expect(degradedOf(told)).toEqual(['truncate_context']);
    const [row] = await rig.rows();
    expect(row?.ask.degraded).toBe('truncate_context');
  });

  it('[B40] keeps the calls of tools with their results', async () => {
    const call: ChatMessage = {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
    };
    const result: ChatMessage = { role: 'tool', content: 'Found.', tool_call_id: 'c' };
    const last = [user('And now?'), call, result];
    const rig = await limited({ inputTokens: tokens(...last) });
    await rig.answer({ messages: [user('Look'), call, result, assistant('Here.'), ...last] });
    expect(sentTo(rig)[0]).toBe('user: And now?');
    expect(rig.first.calls[0]?.body['messages']).toHaveLength(3);
  });

  it('[B41] is refused when the last turn alone is too long, with how long it may be, and nobody is called', async () => {
    const rig = await limited({ inputTokens: 20 });
    const told = await rig.answer({ prompt: 'word '.repeat(100) });
    expect(problemOf(told)).toEqual(['context_too_long', 400]);
    expect(told.last?.type === 'answer-problem' && told.last.problem.message).toMatch(
      /^The conversation has about \d+ tokens, and `default` takes 20\. Shorten/,
    );
    expect(rig.first.calls).toHaveLength(0);
    const [row] = await rig.rows();
    expect(row?.ask).toMatchObject({ outcome: 'refused', problem: 'context_too_long', degraded: '' });
  });

  it('[B41] is refused at once where the ladder begins so', async () => {
    const rig = await limited({ inputTokens: tokens(user('Two')), ladder: ['refuse', 'truncate_context'] });
    expect(problemOf(await rig.answer({ messages: [user('One'), assistant('1'), user('Two')] }))).toEqual([
      'context_too_long',
      400,
    ]);
  });

  it('[B42] is counted before it is cut: the bytes of prose are some four times its tokens', async () => {
    const tokenizer = {
      count: async (texts: readonly string[]) => texts.join('').length / 5,
      close: async () => undefined,
    };
    const rig = await limited({ inputTokens: 300 }, { tokenizer });
    const told = await rig.answer({
      messages: [user('word '.repeat(100)), assistant('Yes.'), user('word '.repeat(100))],
    });
    expect(degradedOf(told)).toEqual([]);
    const longer = await rig.answer({
      messages: [user('word '.repeat(200)), assistant('Yes.'), user('word '.repeat(100))],
    });
    expect(degradedOf(longer)).toEqual(['truncate_context']);
  });
});

describe('an ask that may cost more than its feature allows', () => {
  // One nano-dollar a token in, two out; the small model costs a tenth.
  const withSmall = async (limits: Partial<FeatureLimits>, more: RigOptions = {}): Promise<Rig> => {
    const rig = await limited(limits, {
      ...more,
      more: [{ ...deploymentOf('small', { apiBase: 'http://127.0.0.1:9', apiKey: 'k' }), alias: 'small' }],
    });
    const small = rig.configuration.deployments.find(({ alias }) => alias === 'small');
    Object.assign(small ?? {}, { apiBase: rig.second.apiBase, apiKey: rig.second.apiKey, wire: 'anthropic' });
    Object.assign(small ?? {}, {
      prices: { inputPicoUsd: 100, outputPicoUsd: 200, cachedInputPicoUsd: 100, cacheWritePicoUsd: 100 },
    });
    return rig;
  };

  it('[B43] goes to the cheaper model of the feature, and says so', async () => {
    const rig = await withSmall({ costNanoUsd: 100, cheaperModel: 'small' });
    const told = await rig.answer({ prompt: 'Hi', max_tokens: 100 });
    expect(degradedOf(told)).toEqual(['cheaper_model']);
    expect([rig.first.calls.length, rig.second.calls.length]).toEqual([0, 1]);
  });

  it('[B43] takes the steps in the order of the ladder, and one more when one is not enough', async () => {
    const conversation = [user('word '.repeat(100)), assistant('Yes.'), user('Hi')];
    const ask = { messages: conversation, max_tokens: 100 };
    const cost = 200 + tokens(user('Hi'));
    const cut = await withSmall({ costNanoUsd: cost, cheaperModel: 'small' });
    expect(degradedOf(await cut.answer(ask))).toEqual(['truncate_context']);
    const turned = await withSmall({
      costNanoUsd: cost,
      cheaperModel: 'small',
      ladder: ['cheaper_model', 'truncate_context'],
    });
    expect(degradedOf(await turned.answer(ask))).toEqual(['cheaper_model']);
    const both = await withSmall({ costNanoUsd: 30, cheaperModel: 'small' });
    expect(degradedOf(await both.answer(ask))).toEqual(['cheaper_model', 'truncate_context']);
  });

  it('[B43] is refused with 402 when no step helps; a repeat of its key may run under another limit', async () => {
    const rig = await limited({ costNanoUsd: 100 });
    const told = await rig.answer({ prompt: 'Hi', max_tokens: 100 }, { key: 'k-1' });
    expect(problemOf(told)).toEqual(['too_costly', 402]);
    expect(told.last?.type === 'answer-problem' && told.last.problem.message).toBe(
      'This ask may cost up to $0.000000218, and `default` allows $0.000000100 for one. Shorten the ask or the answer that it asks for, or raise `limits.cost_usd` of the feature.',
    );
    Object.assign(rig.configuration.features.get('default') ?? {}, { limits: noFeatureLimits });
    expect((await rig.answer({ prompt: 'Hi', max_tokens: 100 }, { key: 'k-1' })).text).toBe('This is the fake answer.');
  });

  it('[B43] without a limit on its answer gets one of 4,096 tokens, as otherwise nobody knows what it may cost', async () => {
    const rig = await limited({ costNanoUsd: 1_000_000 });
    await rig.answer({ prompt: 'Hi' });
    expect(rig.first.calls[0]?.body['max_completion_tokens']).toBe(4096);
  });
});

describe('an answer that is there already', () => {
  it('[B44] stands in for one that may not be bought, with its age, also when its time is over', async () => {
    const rig = await openRig({
      feature: { cache: { ttlSeconds: 60, scope: 'tenant' }, staleIfDownSeconds: 3600 },
      tenants: { acme: { userMonthlyCostNanoUsd: 18_000 } },
    });
    await rig.answer({ prompt: 'Hi' }, { caller: { ...SOMEONE, user: 'bob' } }).catch(() => undefined);
    const limits = rig.configuration.tenants.get('acme');
    Object.assign(limits ?? {}, { userMonthlyCostNanoUsd: null });
    await rig.answer({ prompt: 'Hi' });
    Object.assign(limits ?? {}, { userMonthlyCostNanoUsd: 1 });
    await rig.clock.advance(600_000);
    const told = await rig.answer({ prompt: 'Hi' });
    expect(told.text).toBe('This is the fake answer.');
    expect(told.last?.type === 'answer-end' && told.last.provenance).toMatchObject({
      source: 'router-cache',
      degraded: ['cached_answer'],
      age_seconds: 600,
      attempts: 0,
      cost_usd: '0.000000000',
    });
    expect(problemOf(await rig.answer({ prompt: 'Hi' }, { noCache: true }))).toEqual(['budget_spent', 402]);
    expect(problemOf(await rig.answer({ prompt: 'Ho' }))).toEqual(['budget_spent', 402]);
  });

  it('[B45] an answer to the less is never given to whoever asks for all of it, and is given to the same less', async () => {
    const rig = await limited({ inputTokens: tokens(user('Two')) });
    const ask = { messages: [user('One'), assistant('1'), user('Two')] };
    await rig.answer(ask);
    const again = await rig.answer(ask);
    expect([again.handle.delivery, degradedOf(again)]).toEqual(['router-cache', ['truncate_context']]);
    expect((await rig.answer({ messages: [user('Two')] })).handle.delivery).toBe('provider');
    Object.assign(rig.configuration.features.get('default') ?? {}, { limits: noFeatureLimits });
    const whole = await rig.answer(ask);
    expect([whole.handle.delivery, degradedOf(whole)]).toEqual(['provider', []]);
  });
});

describe('when no provider can be reached', () => {
  it('[B46] the last good answer stands in, said to be old and how old', async () => {
    const rig = await openRig({ feature: { cache: { ttlSeconds: 60, scope: 'tenant' }, staleIfDownSeconds: 3600 } });
    await rig.answer({ prompt: 'Hi' });
    await rig.clock.advance(1_800_000);
    rig.first.script(refuse(503), refuse(503), refuse(503));
    rig.second.script(refuse(529), refuse(529), refuse(529));
    const told = await rig.answer({ prompt: 'Hi' });
    expect(told.text).toBe('This is the fake answer.');
    expect(told.last?.type === 'answer-end' && told.last.provenance).toMatchObject({
      source: 'router-cache',
      degraded: ['stale_answer'],
      age_seconds: 1800,
    });
    const [row] = await rig.rows(2);
    expect(row?.ask).toMatchObject({
      outcome: 'answered',
      delivery: 'router-cache',
      cache_hit: true,
      degraded: 'stale_answer',
      cost_nano_usd: 0,
    });
    expect(row?.attempts.length).toBeGreaterThan(1);
  });

  it('[B46] one that is older than the feature allows does not, nor any to whoever asks anew: one error names both failures', async () => {
    const rig = await openRig({ feature: { cache: { ttlSeconds: 60, scope: 'tenant' }, staleIfDownSeconds: 3600 } });
    await rig.answer({ prompt: 'Hi' });
    rig.first.script(...Array.from({ length: 9 }, () => refuse(503)));
    rig.second.script(...Array.from({ length: 9 }, () => refuse(529)));
    expect(problemOf(await rig.answer({ prompt: 'Hi' }, { noCache: true }))).toEqual(['providers_down', 503]);
    await rig.clock.advance(3_600_000);
    const told = await rig.answer({ prompt: 'Hi' });
    expect(told.last?.type === 'answer-problem' && told.last.problem.message).toMatch(
      /`first\/model` .*`second\/model`/,
    );
  });

  it('[B46] a refusal of the ask itself is no such time', async () => {
    const rig = await openRig({ feature: { cache: { ttlSeconds: 0, scope: 'tenant' }, staleIfDownSeconds: 3600 } });
    await rig.answer({ prompt: 'Hi' });
    rig.first.script(refuse(400));
    expect(problemOf(await rig.answer({ prompt: 'Hi' }))).toEqual(['provider_refused', 400]);
    rig.first.script(...Array.from({ length: 9 }, () => refuse(503)));
    rig.second.script(...Array.from({ length: 9 }, () => refuse(529)));
    expect(degradedOf(await rig.answer({ prompt: 'Hi' }))).toEqual(['stale_answer']);
  });
});
