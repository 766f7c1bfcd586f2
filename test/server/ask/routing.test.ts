import { describe, expect, it } from 'vitest';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, cut, end, finish, hold, open, refuse, say } from '../../fakes/provider/script.ts';
import { codeOf, never, openRig, readAll, type Rig } from './rig.ts';

/** How the attempts of the only ask went. */
async function attemptsOf(rig: Rig): Promise<string[]> {
  const [row] = await rig.rows();
  return (row?.attempts ?? []).map(({ provider, status }) => `${provider} ${status}`);
}

describe('an ask on its way to a provider', () => {
  it('[A5] is tried once more in its order after a fast failure, then goes to the next', async () => {
    const rig = await openRig();
    rig.first.script(refuse(503), [cut()]);
    const { text, last, handle } = await rig.answer({ prompt: 'Hi' });
    expect(text).toBe('This is the fake answer.');
    expect(last).toMatchObject({ provenance: { provider: 'second/model', attempts: 3, hops: 1 } });
    expect(await handle.opening(never)).toMatchObject({ provider: 'second/model', attempts: 3, hops: 1 });
    expect(await attemptsOf(rig)).toEqual(['first/model rejected', 'first/model unreachable', 'second/model ok']);
    expect((await rig.rows())[0]?.ask).toMatchObject({ retries: 1, failover_hops: 1, outcome: 'answered' });
  });

  it('[A5] fails over when it is cut after the headers but before any content', async () => {
    const rig = await openRig();
    rig.first.script([open(), cut()], [open(), end()]);
    const { text } = await rig.answer({ prompt: 'Hi' });
    expect(text).toBe('This is the fake answer.');
    expect(await attemptsOf(rig)).toEqual(['first/model cut', 'first/model cut', 'second/model ok']);
  });

  it('[A5] [A6] leaves a deployment without a first word in time, at once, and ends its call', async () => {
    const rig = await openRig();
    rig.first.script([open(), hold()]);
    const handle = await rig.ask({ prompt: 'Hi' });
    await rig.first.called(1);
    await rig.clock.settle();
    await rig.clock.advance(2_000);
    expect((await readAll(handle)).text).toBe('This is the fake answer.');
    await rig.first.calls[0]?.over;
    expect(rig.first.calls[0]?.outcome).toBe('aborted');
    expect(await attemptsOf(rig)).toEqual(['first/model timeout', 'second/model ok']);
    const [row] = await rig.rows();
    expect(row?.attempts[0]?.total_ms).toBe(2_000);
    expect(row?.ask.ttft_ms).toBe(2_000);
  });

  it.each([
    ['more tokens than there can be', { prompt_tokens: Number.MAX_SAFE_INTEGER, completion_tokens: 1 }],
    [
      'more from the cache than there was',
      { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 9 } },
    ],
  ])('[R15] is booked by an estimate when its provider counts %s', async (_what, usage) => {
    const rig = await openRig();
    rig.first.script([say('Four letters'), finish({ usage })]);
    const { last } = await rig.answer({ prompt: 'Hi' });
    expect(last).toMatchObject({ usage: { inputTokens: 1, outputTokens: 3, estimated: true } });
    const [row] = await rig.rows();
    expect(row?.ask).toMatchObject({ outcome: 'answered', tokens_estimated: true, cost_nano_usd: 7 });
  });

  it('[A6] ends at its own limit, whatever its deployments may take', async () => {
    const patient = { firstTokenTimeoutMs: 20_000 };
    const rig = await openRig({ first: patient, second: patient, routing: { totalTimeoutMs: 30_000 } });
    rig.first.script([hold()]);
    rig.second.script([hold()]);
    const handle = await rig.ask({ prompt: 'Hi' });
    await rig.first.called(1);
    await rig.clock.advance(20_000);
    await rig.second.called(1);
    await rig.clock.advance(9_999);
    expect(handle.state()).toBe('running');
    await rig.clock.advance(1);
    expect(await codeOf(handle.opening(never))).toBe('timeout');
    await rig.second.calls[0]?.over;
    expect(rig.second.calls[0]?.outcome).toBe('aborted');
    // Its own limit tells nothing of the second deployment.
    expect(rig.deployments.views().map(({ health }) => health)).toEqual([
      { kind: 'closed', recentFails: 1 },
      { kind: 'closed', recentFails: 0 },
    ]);
    expect(rig.first.calls).toHaveLength(1);
  });

  it('[R11] may go on past the call’s limit while it delivers, for 300 s', async () => {
    const rig = await openRig();
    const gates = [gate(), gate()];
    rig.first.script([say('a'), hold(gates[0] ?? null), say('b'), hold(gates[1] ?? null), say('c')]);
    const handle = await rig.ask({ prompt: 'Hi' });
    await handle.opening(never);
    await rig.clock.advance(200_000);
    gates[0]?.open();
    await rig.clock.settle();
    expect(handle.state()).toBe('running');
    await rig.clock.advance(100_000);
    const { text, last } = await readAll(handle);
    expect(text).toBe('ab');
    expect(last).toMatchObject({ problem: { code: 'stream_incomplete' } });
    expect(handle.state()).toBe('incomplete');
  });

  it('[R12] is refused in the provider’s own words, shortened, and goes nowhere else', async () => {
    const rig = await openRig();
    rig.first.script(refuse(400, { error: { message: `Too many words. ${'blah '.repeat(500)}` } }));
    const { handle } = await rig.answer({ prompt: 'Hi' });
    const problem: unknown = await handle.opening(never).catch((thrown: unknown) => thrown);
    expect(String(problem)).toContain('Too many words.');
    expect(String(problem).length).toBeLessThan(500);
    expect(rig.second.calls).toHaveLength(0);
  });

  it('[R13] says what each provider did, in plain words, when none could answer, and when it may work again', async () => {
    const rig = await openRig({ routing: { cooldownMs: 30_000 } });
    rig.first.script(refuse(429, { error: { message: 'Slow down.' } }, { 'retry-after': '7' }));
    rig.second.script(refuse(401, { error: { message: 'Who are you?' } }));
    const handle = await rig.ask({ prompt: 'Hi' });
    await expect(handle.opening(never)).rejects.toThrow(
      /^No provider could answer\. `first\/model` asked to slow down\. `second\/model` refused the key it was given\.$/,
    );
    // What they said word for word is the operator's.
    expect(rig.said.join(' ')).toMatch(/Slow down\. .*Who are you\?/);
    await expect(handle.opening(never)).rejects.toMatchObject({ code: 'providers_down', retryAfterMs: 7_000 });
  });

  it('[R13] shows no address and no code of the system to whoever asked, before content and after', async () => {
    const rig = await openRig();
    rig.first.script([cut()], [cut()], [say('Hel'), cut()]);
    await rig.second.die();
    const { handle } = await rig.answer({ prompt: 'Hi' });
    const none: unknown = await handle.opening(never).catch((thrown: unknown) => thrown);
    const { last } = await rig.answer({ prompt: 'Ho' });
    expect([String(none), last]).toMatchObject([
      'Problem: No provider could answer. `first/model` could not be reached. `second/model` could not be reached.',
      {
        problem: { message: expect.stringMatching(/^The answer of `first\/model` broke off\. What arrived/) as string },
      },
    ]);
    expect(rig.said.join(' ')).toMatch(/127\.0\.0\.1:\d+.*ECONNREFUSED/);
  });

  it('[R13] does not guess when it may work again', async () => {
    const rig = await openRig();
    for (const provider of [rig.first, rig.second]) provider.otherwise(refuse(503));
    const handle = await rig.ask({ prompt: 'Hi' });
    await expect(handle.opening(never)).rejects.toMatchObject({ code: 'providers_down', retryAfterMs: null });
    expect(await attemptsOf(rig)).toHaveLength(4);
  });

  it('[R5] goes past a deployment that is open, and to the first of them when all are', async () => {
    const rig = await openRig({ feature: { cache: { ttlSeconds: 0, scope: 'tenant' } } });
    rig.first.script(refuse(401));
    await rig.answer({ prompt: 'Hi' });
    await rig.answer({ prompt: 'Hi' });
    expect([rig.first.calls.length, rig.second.calls.length]).toEqual([1, 2]);
    rig.second.script(refuse(401));
    expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'first/model' } });
    expect([rig.first.calls.length, rig.second.calls.length]).toEqual([2, 3]);
    expect(rig.deployments.views().map(({ health }) => health.kind)).toEqual(['closed', 'open']);
  });

  it('[R10] is told why when no deployment is ready', async () => {
    const why = 'OPENAI_API_KEY is not set.';
    const unready = { state: { kind: 'unconfigured' as const, why } };
    const rig = await openRig({ first: unready, second: unready });
    const handle = await rig.ask({ prompt: 'Hi' });
    await expect(handle.opening(never)).rejects.toThrow(`No deployment of \`chat\` is ready. \`first/model\`: ${why}`);
  });
});

describe('what an ask costs', () => {
  it('[R14] is the sum of its attempts, a refused one being free', async () => {
    const rig = await openRig();
    rig.first.script(refuse(503), [say('Hello'), finish({ usage: { prompt_tokens: 1_000, completion_tokens: 100 } })]);
    const { last } = await rig.answer({ prompt: 'Hi' });
    expect(last).toMatchObject({ provenance: { cost_usd: '0.000001200', cost_estimated: false } });
    const [row] = await rig.rows();
    expect(row?.attempts.map(({ cost_nano_usd }) => cost_nano_usd)).toEqual([0, 1_200]);
    expect(row?.ask).toMatchObject({ cost_nano_usd: 1_200, input_tokens: 1_000, output_tokens: 100 });
  });

  it('[R14] is estimated at a token for four bytes where no usage was told, and says so', async () => {
    const rig = await openRig();
    rig.first.script([say('Grüße!'), finish({ usage: false })]);
    const { last } = await rig.answer({ prompt: '12345' });
    expect(last).toMatchObject({
      usage: { inputTokens: 2, outputTokens: 2, estimated: true },
      provenance: { cost_usd: '0.000000006', cost_estimated: true },
    });
    expect((await rig.rows())[0]?.ask.tokens_estimated).toBe(true);
  });

  it('[R14] is unknown when a price is', async () => {
    const rig = await openRig({ first: { prices: null } });
    const { last } = await rig.answer({ prompt: 'Hi' });
    expect(last).toMatchObject({ provenance: { cost_usd: null } });
    expect((await rig.rows())[0]?.ask.cost_nano_usd).toBeNull();
  });
});

describe('an ask under a fault', () => {
  it('[F1] [F4] is refused for a revoked key, and answered by the other', async () => {
    const rig = await openRig();
    rig.faults.set('first', { kind: 'revoked-key', leaseMs: 60_000 });
    expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'second/model' } });
    expect([rig.first.refusedKeys, rig.first.calls.length]).toEqual([1, 0]);
    expect(await attemptsOf(rig)).toEqual(['first/model fault:revoked-key/unauthorized', 'second/model ok']);
  });

  it('[F1] [F4] makes no connection to a blocked deployment', async () => {
    const rig = await openRig();
    rig.faults.set('first', { kind: 'blocked', leaseMs: 60_000 });
    await rig.answer({ prompt: 'Hi' });
    expect([rig.first.refusedKeys, rig.first.calls.length]).toEqual([0, 0]);
    expect(await attemptsOf(rig)).toEqual([
      'first/model fault:blocked/unreachable',
      'first/model fault:blocked/unreachable',
      'second/model ok',
    ]);
  });

  it('[F1] [F4] leaves a slow first token to the router’s own timer', async () => {
    const rig = await openRig();
    rig.first.otherwise(answer('Hello'));
    rig.faults.set('first', { kind: 'slow-first-token', leaseMs: 600_000, delayMs: 1_999 });
    const slow = await rig.ask({ prompt: 'Hi' });
    await rig.first.called(1);
    await rig.clock.advance(1_999);
    expect((await readAll(slow)).last).toMatchObject({
      provenance: { provider: 'first/model', first_token_ms: 1_999 },
    });
    expect(await attemptsOf(rig)).toEqual(['first/model fault:slow-first-token/ok']);

    rig.faults.set('first', { kind: 'slow-first-token', leaseMs: 600_000, delayMs: 2_001 });
    const late = await rig.ask({ prompt: 'Other' });
    await rig.first.called(2);
    await rig.clock.advance(2_000);
    expect((await readAll(late)).last).toMatchObject({ provenance: { provider: 'second/model' } });
  });
});
