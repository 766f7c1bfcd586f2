import { describe, expect, it } from 'vitest';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, cut, finish, hold, open, raw, refuse, say, type Step } from '../../fakes/provider/script.ts';
import { openRig, readAll, type Rig, type RigOptions } from './rig.ts';

/** A rig whose first deployment is known well enough: 40 asks were answered at once, and earned two hedges. */
async function knownRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await openRig({ ...options, feature: { cache: { ttlSeconds: 0, scope: 'tenant' }, ...options.feature } });
  for (let at = 0; at < 40; at++) await rig.answer({ prompt: `Question ${at}` });
  await rig.clock.advance(1_000);
  return rig;
}

async function attemptsOf(rig: Rig): Promise<string[]> {
  const [row] = await rig.rows(41);
  return (row?.attempts ?? []).map(({ provider, role, status }) => `${role} ${provider} ${status}`);
}

/** Asks, and lets the first deployment be slow for 800 ms. */
async function slowAsk(rig: Rig, body = {}) {
  const handle = await rig.ask({ prompt: 'Hi', ...body });
  await rig.clock.settle();
  await rig.clock.advance(799);
  expect(rig.second.calls).toHaveLength(0);
  await rig.clock.advance(1);
  return handle;
}

describe('an ask whose first word is late by the measure of its own deployment', () => {
  it('[HG1] [HG2] is asked of the next one too; the first content wins, and the loser is stopped and paid for', async () => {
    const rig = await knownRig();
    rig.first.script([open(), hold()]);
    const handle = await slowAsk(rig);
    const { text, last } = await readAll(handle);
    expect(text).toBe('This is the fake answer.');
    expect(last).toMatchObject({ provenance: { provider: 'second/model', attempts: 2, hops: 1, first_token_ms: 800 } });
    expect(await attemptsOf(rig)).toEqual(['first first/model lost', 'hedge second/model ok']);
    const [row] = await rig.rows(41);
    expect(row?.ask).toMatchObject({ outcome: 'answered', retries: 0, failover_hops: 1 });
    // `Hi` is one token, at one nano-dollar.
    expect(row?.attempts[0]).toMatchObject({ cost_nano_usd: 1, tokens_estimated: true, total_ms: 800, ttft_ms: null });
    await rig.first.calls[40]?.over;
    expect(rig.first.calls[40]?.outcome).toBe('aborted');
    // To be slower than another is no failure.
    expect(rig.deployments.views()[0]?.health).toMatchObject({ recentFails: 0 });
  });

  it('[HG2] [ST7] is gone on with by the loser when the winner breaks off', async () => {
    const rig = await knownRig();
    const whole = 'The train leaves at nine from platform four, and it waits for nobody who comes later than that.';
    rig.first.script([open(), hold()], [say(whole), finish()]);
    rig.second.script([say(whole.slice(0, 60)), cut()]);
    const handle = await slowAsk(rig);
    const { text, last } = await readAll(handle);
    expect(text).toBe(whole);
    expect(last).toMatchObject({ type: 'answer-end', provenance: { continued: { provider: 'first/model', at: 60 } } });
    expect(await attemptsOf(rig)).toEqual([
      'first first/model lost',
      'hedge second/model cut',
      'continuation first/model ok',
    ]);
  });

  it('[HG2] is answered by the first all the same when that is the sooner one', async () => {
    const rig = await knownRig();
    const later = gate();
    rig.first.script([open(), hold(later), say('Late, but here.')]);
    rig.second.script([hold()]);
    const handle = await slowAsk(rig);
    await rig.second.called(1);
    later.open();
    const { text, last } = await readAll(handle);
    expect(text).toBe('Late, but here.');
    expect(last).toMatchObject({ provenance: { provider: 'first/model', attempts: 2, hops: 0 } });
    expect(await attemptsOf(rig)).toEqual(['first first/model ok', 'hedge second/model lost']);
    // It had not even answered: nothing was worked on.
    expect((await rig.rows(41))[0]?.attempts[1]).toMatchObject({ cost_nano_usd: 0 });
    await rig.second.calls[0]?.over;
    expect(rig.second.calls[0]?.outcome).toBe('aborted');
  });

  it.each([
    ['an error', refuse(500), 'rejected'],
    ['an answer without a word', [finish()], 'ok'],
  ])('[HG3] is not won by %s', async (_what, steps: Step[], status) => {
    const rig = await knownRig();
    const later = gate();
    rig.first.script([open(), hold(later), say('The answer.')]);
    rig.second.script(steps);
    const handle = await slowAsk(rig);
    await (
      await rig.second.called(1)
    ).over;
    await rig.clock.settle();
    expect(handle.state()).toBe('running');
    later.open();
    expect((await readAll(handle)).text).toBe('The answer.');
    expect(await attemptsOf(rig)).toEqual(['first first/model ok', `hedge second/model ${status}`]);
  });

  it('[HG3] is not won by a refusal, which stands where nobody has anything better', async () => {
    const rig = await knownRig({ first: { order: 3 }, second: { order: 1 } });
    const refusal = [raw('data: {"choices":[{"delta":{"refusal":"No."}}]}\n\n'), finish()];
    const gates = [gate(), gate()];
    rig.second.script([open(), hold(gates[0] ?? null), say('Yes.')], [open(), hold(gates[1] ?? null), finish()]);
    rig.first.script(refusal, refusal);
    const texts: string[] = [];
    for (const [at, later] of gates.entries()) {
      const handle = await rig.ask({ prompt: `Hi ${at}` });
      await later.reached;
      await rig.clock.advance(800);
      await (
        await rig.first.called(at + 1)
      ).over;
      await rig.clock.settle();
      expect(handle.state()).toBe('running');
      later.open();
      const { text, last } = await readAll(handle);
      texts.push(`${text} ${last?.type === 'answer-end' ? last.finishReason : ''}`);
    }
    expect(texts).toEqual(['Yes. stop', 'No. content_filter']);
  });

  it('[HG3] fails over as ever when both fail', async () => {
    const rig = await knownRig();
    const later = gate();
    rig.first.script([open(), hold(later), ...refuse(503)], answer('At last.'));
    rig.second.script(refuse(500));
    const handle = await slowAsk(rig);
    await rig.second.called(1);
    await rig.clock.settle();
    await rig.clock.advance(1_200);
    const { last } = await readAll(handle);
    expect(last).toMatchObject({ type: 'answer-end' });
    expect((await attemptsOf(rig)).slice(0, 2)).toEqual(['first first/model timeout', 'hedge second/model rejected']);
  });

  it.each([
    ['its feature says so', { feature: { stream: { onBreak: null, delivery: 'live' as const, hedge: false } } }, {}],
    ['it has tools', {}, { tools: [{ type: 'function', function: { name: 'look' } }] }],
    ['the error budget is burned', { hedgeAllowed: () => false }, {}],
    ['nobody else is ready', { second: { state: { kind: 'unconfigured' as const, why: 'No key.' } } }, {}],
  ])('[HG5] is not hedged where %s', async (_why, options: RigOptions, body) => {
    const rig = await knownRig(options);
    const later = gate();
    rig.first.script([open(), hold(later), say('Late.')]);
    const handle = await slowAsk(rig, body);
    await rig.clock.advance(1_000);
    expect(rig.second.calls).toHaveLength(0);
    later.open();
    expect((await readAll(handle)).text).toBe('Late.');
  });

  it('[HG5] is not hedged while the other one cools', async () => {
    const rig = await knownRig();
    rig.first.script(refuse(400));
    rig.second.otherwise(refuse(401));
    const [, second] = rig.configuration.deployments;
    if (second === undefined) throw new Error('There is no second deployment.');
    rig.first.script([open(), hold()]);
    await rig.answer({ prompt: 'Refused.' });
    const timedOut = await rig.ask({ prompt: 'Cools the second.' });
    await rig.clock.settle();
    await rig.clock.advance(2_000);
    await readAll(timedOut);
    const before = rig.second.calls.length;
    const later = gate();
    rig.first.script([open(), hold(later), say('Late.')]);
    const handle = await rig.ask({ prompt: 'Hi' });
    await later.reached;
    await rig.clock.advance(1_900);
    later.open();
    expect((await readAll(handle)).text).toBe('Late.');
    expect(rig.second.calls).toHaveLength(before);
  });
});
