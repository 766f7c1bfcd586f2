import { describe, expect, it } from 'vitest';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, callTool, cut, finish, hold, open, refuse, say } from '../../fakes/provider/script.ts';
import { codeOf, never, openRig, readAll, SOMEONE } from './rig.ts';
import { featureNamed } from './sample-configuration.ts';

const BOB = { ...SOMEONE, user: 'bob' };
const STRANGER = { ...SOMEONE, tenant: 'other' };

describe('a remembered answer', () => {
  it('[A7] is given again at once, with its age and its origin, at no cost, under the new id', async () => {
    const rig = await openRig();
    const first = await rig.answer({ prompt: 'Hi' });
    await rig.clock.advance(90_500);
    const again = await rig.answer({ prompt: '  Hi  ' }, { caller: BOB });
    expect([again.text, again.handle.delivery]).toEqual([first.text, 'router-cache']);
    expect(again.handle.askId).not.toBe(first.handle.askId);
    expect(await again.handle.opening(never)).toMatchObject({
      id: again.handle.askId,
      source: 'router-cache',
      provider: 'first/model',
      attempts: 0,
      age_seconds: 90,
      cost_usd: '0.000000000',
    });
    expect(rig.first.calls).toHaveLength(1);
    const row = (await rig.rows(2)).find(({ ask }) => ask.delivery === 'router-cache');
    expect(row).toMatchObject({
      ask: {
        user_id: 'bob',
        outcome: 'answered',
        provider: 'first/model',
        model: 'first-model',
        cache_hit: true,
        cache_ttl_s: 3600,
        cost_nano_usd: 0,
      },
      attempts: [],
    });
    await rig.forget();
    const found = await rig.asks.find(BOB, again.handle.askId);
    expect(found === null ? null : (await readAll(found)).events).toEqual(again.events);
  });

  it('[A7] comes in pieces when it is long', async () => {
    const rig = await openRig();
    rig.first.script(answer('x'.repeat(1_000)));
    await rig.answer({ prompt: 'Hi' });
    const again = await rig.answer({ prompt: 'Hi' });
    expect(again.events.map(({ seq, event }) => [seq, event.type])).toEqual([
      [1, 'answer-start'],
      [2, 'text-delta'],
      [3, 'text-delta'],
      [4, 'text-delta'],
      [5, 'answer-end'],
    ]);
  });

  it('[A7] ends with its time', async () => {
    const rig = await openRig();
    await rig.answer({ prompt: 'Hi' });
    await rig.clock.advance(3_600_000);
    expect((await rig.answer({ prompt: 'Hi' })).handle.delivery).toBe('provider');
  });

  it('[A7] is another for another tenant, feature, parameter or prompt, and for another user where it is theirs', async () => {
    const rig = await openRig({
      features: [
        featureNamed('other'),
        featureNamed('own', { cache: { ttlSeconds: 60, scope: 'user' } }),
        featureNamed('none', { cache: { ttlSeconds: 0, scope: 'tenant' } }),
      ],
    });
    const deliveries: string[] = [];
    for (const [body, more] of [
      [{ prompt: 'Hi' }, {}],
      [{ prompt: 'Hi' }, { caller: STRANGER }],
      [{ prompt: 'Hi' }, { feature: 'other' }],
      [{ prompt: 'Hi', temperature: 0.5 }, {}],
      [{ prompt: 'Hi 102' }, {}],
      [{ prompt: 'Hi' }, { feature: 'own' }],
      [{ prompt: 'Hi' }, { feature: 'own', caller: BOB }],
      [{ prompt: 'Hi' }, { feature: 'none' }],
      [{ prompt: 'Hi' }, { feature: 'none' }],
    ] as const)
      deliveries.push((await rig.answer(body, more)).handle.delivery);
    expect(deliveries).toEqual(Array(9).fill('provider'));
  });

  it('[A7] is neither read nor missed with `no-cache`, which replaces it', async () => {
    const rig = await openRig();
    rig.first.script(answer('old'), answer('new'));
    await rig.answer({ prompt: 'Hi' });
    expect((await rig.answer({ prompt: 'Hi' }, { noCache: true })).text).toBe('new');
    expect(await rig.answer({ prompt: 'Hi' })).toMatchObject({ text: 'new', handle: { delivery: 'router-cache' } });
  });

  it('[A7] is none when it was not whole, empty, or not plain text', async () => {
    const rig = await openRig();
    rig.first.script(
      [say('Hel'), finish({ reason: 'length' })],
      [say('Hel'), finish({ reason: 'content_filter' })],
      answer(),
      [callTool('call-1', 'look', '{}')],
      answer('Whole'),
    );
    for (let at = 0; at < 5; at++) {
      const { handle } = await rig.answer({ prompt: 'Hi' });
      expect([handle.delivery, handle.state()]).toEqual(['provider', 'answered']);
    }
    expect((await rig.answer({ prompt: 'Hi' })).handle.delivery).toBe('router-cache');
    const withTools = { prompt: 'Tools', tools: [{ type: 'function', function: { name: 'look' } }] };
    await rig.answer(withTools);
    expect((await rig.answer(withTools)).handle.delivery).toBe('provider');
  });

  it('[A7] is not the one of an earlier system prompt', async () => {
    const { stores } = await (async () => {
      const rig = await openRig({ feature: { system: 'Be kind.' } });
      await rig.answer({ prompt: 'Hi' });
      return rig;
    })();
    const later = await openRig({ feature: { system: 'Be terse.' }, stores: () => ({ cache: stores.cache }) });
    expect((await later.answer({ prompt: 'Hi' })).handle.delivery).toBe('provider');
    const same = await openRig({ feature: { system: 'Be kind.' }, stores: () => ({ cache: stores.cache }) });
    expect((await same.answer({ prompt: 'Hi' })).handle.delivery).toBe('router-cache');
  });

  it('[A18] of a demo is not given by a router that is none', async () => {
    const demo = await openRig({ first: { demo: true } });
    expect((await demo.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { demo: true } });
    const real = await openRig({ stores: () => ({ cache: demo.stores.cache }) });
    expect((await real.answer({ prompt: 'Hi' })).handle.delivery).toBe('provider');
  });
});

describe('identical asks in flight', () => {
  it('[A2] follow one job, each under its own id, with its own row, at no cost', async () => {
    const rig = await openRig();
    const middle = gate();
    rig.first.script([say('Hel'), hold(middle), say('lo')]);
    const leader = await rig.ask({ prompt: 'Hi' });
    await leader.opening(never);
    await rig.clock.advance(700);
    const follower = await rig.ask({ prompt: 'Hi' }, { caller: BOB });
    expect(follower.delivery).toBe('joined');
    expect(await follower.opening(never)).toMatchObject({ id: follower.askId, attempts: 0, first_token_ms: 0 });
    middle.open();
    const [one, two] = await Promise.all([readAll(leader), readAll(follower)]);
    expect([two.text, two.events.map(({ seq }) => seq)]).toEqual(['Hello', one.events.map(({ seq }) => seq)]);
    expect(two.last).toMatchObject({ provenance: { id: follower.askId, cost_usd: '0.000000000' } });
    expect(rig.first.calls).toHaveLength(1);
    const rows = await rig.rows(2);
    expect(rows.find(({ ask }) => ask.request_id === follower.askId)).toMatchObject({
      ask: { delivery: 'joined', user_id: 'bob', cost_nano_usd: 0, outcome: 'answered', provider: 'first/model' },
      attempts: [],
    });
    await rig.forget();
    const found = await rig.asks.find(BOB, follower.askId);
    expect(found === null ? null : (await readAll(found)).events).toEqual(two.events);
  });

  it('[A2] are one job also when they come at the same moment, and at the moment it ends', async () => {
    const rig = await openRig();
    const before = Array.from({ length: 10 }, () => rig.answer({ prompt: 'Hi' }));
    await (await rig.ask({ prompt: 'Hi' })).opening(never);
    const after = Array.from({ length: 10 }, () => rig.answer({ prompt: 'Hi' }));
    const all = await Promise.all([...before, ...after]);
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(rig.first.calls).toHaveLength(1);
    expect(await rig.rows(21)).toHaveLength(21);
  });

  it('[A2] go on when the ask it began with is cancelled, which pays for it all the same', async () => {
    const rig = await openRig();
    const middle = gate();
    rig.first.script([say('Hel'), hold(middle), say('lo')]);
    const leader = await rig.ask({ prompt: 'Hi' });
    const follower = await rig.ask({ prompt: 'Hi' }, { caller: BOB });
    await follower.opening(never);
    expect(await rig.asks.cancel(SOMEONE, leader.askId)).toBe('cancelled');
    expect(leader.state()).toBe('cancelled');
    middle.open();
    expect((await readAll(follower)).text).toBe('Hello');
    const rows = await rig.rows(2);
    expect(rows.map(({ ask }) => [ask.delivery, ask.outcome, ask.cost_nano_usd]).sort()).toEqual([
      ['joined', 'answered', 0],
      ['provider', 'cancelled', 5],
    ]);
    expect((await rig.answer({ prompt: 'Hi' })).handle.delivery).toBe('router-cache');
  });

  it('[A2] end the upstream call when the last of them is cancelled', async () => {
    const rig = await openRig();
    rig.first.script([say('Hel'), hold()]);
    const leader = await rig.ask({ prompt: 'Hi' });
    const follower = await rig.ask({ prompt: 'Hi' }, { caller: BOB });
    await follower.opening(never);
    await rig.asks.cancel(SOMEONE, leader.askId);
    await rig.asks.cancel(BOB, follower.askId);
    await rig.first.calls[0]?.over;
    expect(rig.first.calls[0]?.outcome).toBe('aborted');
    expect((await rig.rows(2)).map(({ ask }) => ask.outcome)).toEqual(['cancelled', 'cancelled']);
  });

  it('[A2] fail together, each with the true problem', async () => {
    const rig = await openRig();
    const gates = [gate(), gate()];
    rig.first.script([hold(gates[0] ?? null), ...refuse(503)], refuse(503));
    rig.second.script([cut()], [cut()]);
    const leader = await rig.ask({ prompt: 'Hi' });
    const follower = await rig.ask({ prompt: 'Hi' }, { caller: BOB });
    gates[0]?.open();
    expect(await codeOf(leader.opening(never))).toBe('providers_down');
    expect(await codeOf(follower.opening(never))).toBe('providers_down');
    expect((await rig.rows(2)).map(({ ask }) => ask.outcome)).toEqual(['failed', 'failed']);
  });

  it('[A2] are not followed with `no-cache`', async () => {
    const rig = await openRig();
    const middle = gate();
    rig.first.script([open(), hold(middle), say('old')], answer('new'));
    const leader = await rig.ask({ prompt: 'Hi' });
    await rig.first.called(1);
    expect(await rig.answer({ prompt: 'Hi' }, { noCache: true })).toMatchObject({
      text: 'new',
      handle: { delivery: 'provider' },
    });
    middle.open();
    expect((await readAll(leader)).text).toBe('old');
  });
});
