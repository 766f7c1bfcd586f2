import { expect, it } from 'vitest';
import type { Routing } from '../../../server/config/configuration.ts';
import { answer, finish, refuse, say } from '../../fakes/provider/script.ts';
import { codeOf, never, openRig, type Rig, type RigOptions } from './rig.ts';
import { sampleRouting } from './sample-configuration.ts';

const TOO_LONG = refuse(400, { error: { code: 'context_length_exceeded', message: 'Too long.' } });

/** The first deployment serves `chat`, the second another alias. */
function twoAliases(fallbacks: Partial<Routing['fallbacks']>, more: RigOptions = {}): Promise<Rig> {
  const { fallbacks: none } = sampleRouting();
  const { routing, second, ...rest } = more;
  return openRig({
    routing: { ...routing, fallbacks: { ...none, ...fallbacks } },
    second: { alias: 'other', order: 1, ...second },
    ...rest,
  });
}

const toOther = new Map([['chat', ['other']]]);
const uncached = { cache: { ttlSeconds: 0, scope: 'tenant' as const } };

it('[R23] an ask goes on to the fallback of its alias when nobody of its own can answer', async () => {
  const rig = await twoAliases({ any: toOther });
  rig.first.otherwise(refuse(503));
  expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({
    provenance: { provider: 'second/model', hops: 1 },
  });
  expect(rig.first.calls).toHaveLength(2);
});

it('[R23] a fallback for every alias stands in where an alias has none of its own', async () => {
  const rig = await twoAliases({ any: new Map([['*', ['other']]]) });
  rig.first.otherwise(refuse(401));
  expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'second/model' } });
});

it('[R24] an ask that was too long goes to the fallback for that, and to no other', async () => {
  const rig = await twoAliases({ whenTooLong: toOther });
  rig.first.otherwise(TOO_LONG);
  expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'second/model' } });
  const plain = await twoAliases({ any: toOther });
  plain.first.otherwise(TOO_LONG);
  const { handle } = await plain.answer({ prompt: 'Hi' });
  expect(await codeOf(handle.opening(never))).toBe('context_too_long');
  expect(plain.second.calls).toHaveLength(0);
});

it('[R24] an ask that was too long goes to a deployment that is known to take more', async () => {
  const rig = await openRig({ first: { maxInputTokens: 8_000 }, second: { maxInputTokens: 200_000 } });
  rig.first.otherwise(TOO_LONG);
  expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'second/model' } });
});

it('[R24] an ask whose content was refused goes to what is declared for it', async () => {
  const rig = await twoAliases({ whenRefused: toOther });
  rig.first.otherwise(refuse(400, { error: { code: 'content_policy_violation', message: 'No.' } }));
  expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'second/model' } });
});

it('[R27] an ask that is surely too long for a deployment does not go there, and nowhere when it is for all', async () => {
  const prompt = 'word '.repeat(2_000);
  const rig = await openRig({ routing: { preCallChecks: true }, first: { maxInputTokens: 100 } });
  expect((await rig.answer({ prompt })).last).toMatchObject({ provenance: { provider: 'second/model' } });
  expect(rig.first.calls).toHaveLength(0);
  const small = { maxInputTokens: 100 };
  const none = await openRig({ routing: { preCallChecks: true }, first: small, second: small });
  const { handle } = await none.answer({ prompt });
  expect(await codeOf(handle.opening(never))).toBe('context_too_long');
  expect(handle.state()).toBe('refused');
  expect([none.first.calls.length, none.second.calls.length]).toEqual([0, 0]);
});

it('[R26] a deployment whose minute is full is passed over for the next one', async () => {
  const rig = await openRig({ feature: uncached, first: { perMinute: { requests: 2, tokens: null } } });
  for (let at = 0; at < 4; at++) await rig.answer({ prompt: 'Hi' });
  expect([rig.first.calls.length, rig.second.calls.length]).toEqual([2, 2]);
  await rig.clock.advance(61_000);
  await rig.answer({ prompt: 'Hi' });
  expect(rig.first.calls).toHaveLength(3);
});

it('[R26] an ask for which every minute is full is refused with the time until it fits', async () => {
  const full = { perMinute: { requests: 1, tokens: null } };
  const rig = await openRig({ feature: uncached, first: full, second: full });
  await rig.answer({ prompt: 'Hi' });
  await rig.clock.advance(10_000);
  await rig.answer({ prompt: 'Hi' });
  const { handle } = await rig.answer({ prompt: 'Hi' });
  await expect(handle.opening(never)).rejects.toMatchObject({ code: 'too_many_asks', retryAfterMs: 51_000 });
  expect(handle.state()).toBe('refused');
  await rig.clock.advance(50_999);
  expect(await codeOf((await rig.answer({ prompt: 'Hi' })).handle.opening(never))).toBe('too_many_asks');
  await rig.clock.advance(1);
  expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'first/model' } });
});

it('[R26] what a call used takes the place of what it was thought to use', async () => {
  const rig = await openRig({ feature: uncached, first: { perMinute: { requests: null, tokens: 100 } } });
  rig.first.script([say('a'), finish({ usage: { prompt_tokens: 90, completion_tokens: 10 } })]);
  await rig.answer({ prompt: 'Hi' });
  await rig.answer({ prompt: 'Hi' });
  expect([rig.first.calls.length, rig.second.calls.length]).toEqual([1, 1]);
});

it('[R28] whoever had its first token soonest of late goes first inside an order', async () => {
  const rig = await openRig({
    feature: uncached,
    routing: { strategy: { kind: 'latency', ttlMs: 60_000, buffer: 0 } },
    second: { order: 1 },
  });
  for (const provider of [rig.first, rig.second]) provider.otherwise(answer('Hello'));
  rig.faults.set('first', { kind: 'slow-first-token', leaseMs: 1_000, delayMs: 0 });
  await rig.answer({ prompt: 'Hi' });
  await rig.answer({ prompt: 'Hi' });
  // Each was asked once, to be known.
  expect(rig.first.calls.length + rig.second.calls.length).toBe(2);
});
