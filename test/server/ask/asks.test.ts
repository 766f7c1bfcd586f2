import { describe, expect, it } from 'vitest';
import { mintAskId } from '#shared/ask-id.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { answer, cut, fail, hold, open, refuse, say } from '../../fakes/provider/script.ts';
import { seededRandom } from '../../fakes/random.ts';
import { codeOf, never, openRig, readAll, SOMEONE } from './rig.ts';

const KEY = mintAskId(fakeClock(), seededRandom(99));
const GRACE_MS = 60_000;

describe('an ask with a key', () => {
  it('[A1] attaches a repeat to the running answer, under one id', async () => {
    const rig = await openRig();
    const middle = gate();
    rig.first.script([say('Hel'), hold(middle), say('lo')]);
    const first = await rig.ask({ prompt: 'Hi' }, { key: KEY });
    const again = await rig.ask({ prompt: 'Hi', stream: true }, { key: KEY });
    expect([first.askId, first.delivery]).toEqual([KEY, 'provider']);
    expect([again.askId, again.delivery]).toEqual([KEY, 'replay']);
    middle.open();
    const [one, two] = await Promise.all([readAll(first), readAll(again)]);
    expect(one.text).toBe('Hello');
    expect(two.events).toEqual(one.events);
    expect(rig.first.calls).toHaveLength(1);
    expect(await rig.rows()).toHaveLength(1);
  });

  it('[A1] [A12] replays the finished answer from the journal with the same numbers', async () => {
    const rig = await openRig();
    const first = await rig.answer({ prompt: 'Hi' }, { key: 'foreign-key-1' });
    await rig.forget();
    const again = await rig.answer({ prompt: 'Hi' }, { key: 'foreign-key-1' });
    expect(again.handle.askId).toBe(first.handle.askId);
    expect(again.events).toEqual(first.events);
    expect(again.handle.state()).toBe('answered');
    expect((await again.handle.opening(never)).provider).toBe('first/model');
    expect((await readAll(again.handle, 2)).events).toEqual(first.events.slice(2));
    expect(rig.first.calls).toHaveLength(1);
    expect(await rig.rows()).toHaveLength(1);
  });

  it('[A1] elects one producer among repeats that come at the same moment', async () => {
    const rig = await openRig();
    const all = await Promise.all(Array.from({ length: 20 }, () => rig.answer({ prompt: 'Hi' }, { key: KEY })));
    expect(new Set(all.map(({ text }) => text))).toEqual(new Set(['This is the fake answer.']));
    expect(all.filter(({ handle }) => handle.delivery === 'provider')).toHaveLength(1);
    expect(rig.first.calls).toHaveLength(1);
    expect(await rig.rows()).toHaveLength(1);
  });

  it('[A1] is refused with another body, and books the refusal under an id of its own', async () => {
    const rig = await openRig();
    await rig.answer({ prompt: 'Hi' }, { key: KEY });
    expect(await codeOf(rig.ask({ prompt: 'Bye' }, { key: KEY }))).toBe('key_reused');
    const rows = await rig.rows(2);
    expect(rows.find(({ ask }) => ask.request_id === KEY)?.ask.outcome).toBe('answered');
    const refused = rows.find(({ ask }) => ask.request_id !== KEY);
    expect(refused?.ask).toMatchObject({ outcome: 'refused', problem: 'key_reused', cost_nano_usd: 0 });
  });

  it('[A11] runs again after a failure, as run 2', async () => {
    const rig = await openRig();
    rig.first.script(refuse(503), refuse(503));
    rig.second.script(refuse(503), refuse(503));
    const failed = await rig.ask({ prompt: 'Hi' }, { key: KEY });
    expect(await codeOf(failed.opening(never))).toBe('providers_down');
    // At once: the journal may not even know of the failure yet.
    const again = await rig.answer({ prompt: 'Hi' }, { key: KEY });
    expect([again.text, again.handle.askId]).toEqual(['This is the fake answer.', KEY]);
    const rows = await rig.rows(2);
    expect(rows.map(({ ask }) => [ask.run, ask.outcome]).sort()).toEqual([
      [1, 'failed'],
      [2, 'answered'],
    ]);
  });

  it('[A3] runs to its end though every reader left', async () => {
    const rig = await openRig();
    const middle = gate();
    rig.first.script([say('Hel'), hold(middle), say('lo')]);
    const handle = await rig.ask({ prompt: 'Hi' }, { key: KEY });
    await handle.opening(never);
    handle.leave();
    await rig.clock.advance(GRACE_MS * 2);
    middle.open();
    await rig.rows();
    const found = await rig.asks.find(SOMEONE, KEY);
    expect(found === null ? null : (await readAll(found)).text).toBe('Hello');
  });
});

describe('an ask without a key', () => {
  it('[A3] is cancelled after the grace when its last reader left', async () => {
    const rig = await openRig();
    rig.first.script([say('Hel'), hold()]);
    const one = await rig.ask({ prompt: 'Hi' });
    const two = await rig.asks.find(SOMEONE, one.askId);
    await one.opening(never);
    one.leave();
    one.leave();
    await rig.clock.advance(GRACE_MS);
    expect(one.state()).toBe('running');
    two?.leave();
    await rig.clock.advance(GRACE_MS - 1);
    expect(one.state()).toBe('running');
    await rig.clock.advance(1);
    expect(one.state()).toBe('cancelled');
    await rig.first.calls[0]?.over;
    expect(rig.first.calls[0]?.outcome).toBe('aborted');
    const [row] = await rig.rows();
    expect(row?.ask.outcome).toBe('cancelled');
    expect(row?.attempts).toMatchObject([{ status: 'cancelled', tokens_estimated: true }]);
  });

  it('[A3] goes on for a reader that came back within the grace', async () => {
    const rig = await openRig();
    const middle = gate();
    rig.first.script([say('Hel'), hold(middle), say('lo')]);
    const one = await rig.ask({ prompt: 'Hi' });
    await one.opening(never);
    one.leave();
    await rig.clock.advance(GRACE_MS - 1);
    const back = await rig.asks.find(SOMEONE, one.askId);
    await rig.clock.advance(GRACE_MS);
    middle.open();
    expect(back === null ? null : (await readAll(back, 2)).text).toBe('lo');
  });
});

describe('the readers of an ask', () => {
  it('[A4] are told the true problem when nothing came', async () => {
    const rig = await openRig();
    rig.first.script(refuse(400, { error: { message: 'Temperature is too hot.' } }));
    const { handle, last } = await rig.answer({ prompt: 'Hi' });
    await expect(handle.opening(never)).rejects.toThrow(/`first\/model` refused the ask: .*Temperature is too hot\./);
    expect(await codeOf(handle.opening(never))).toBe('provider_refused');
    expect(last).toMatchObject({ type: 'answer-problem', problem: { code: 'provider_refused', status: 400 } });
    expect(handle.state()).toBe('refused');
    expect((await rig.rows())[0]?.ask).toMatchObject({ outcome: 'refused', problem: 'provider_refused' });
    await rig.forget();
    const found = await rig.asks.find(SOMEONE, handle.askId);
    await expect(found?.opening(never)).rejects.toThrow(/too hot\.$/);
  });

  it('[A4] [A7] keep the partial answer when it breaks off after content, and it is not reused', async () => {
    for (const breakOff of [cut(), fail('overloaded_error', 'Overloaded')]) {
      const rig = await openRig({ feature: { stream: { onBreak: 'error', delivery: 'live', hedge: true } } });
      rig.first.script([say('Hel'), breakOff]);
      const { handle, text, last } = await rig.answer({ prompt: 'Hi' });
      expect((await handle.opening(never)).provider).toBe('first/model');
      expect([text, handle.state()]).toEqual(['Hel', 'incomplete']);
      expect(last).toMatchObject({ type: 'answer-problem', problem: { code: 'stream_incomplete' } });
      expect(rig.second.calls).toHaveLength(0);
      expect((await rig.rows())[0]?.ask).toMatchObject({ outcome: 'incomplete', problem: 'stream_incomplete' });
      expect((await rig.answer({ prompt: 'Hi' })).handle.delivery).toBe('provider');
    }
  });

  it('[A12] pull at their own pace from any point, without a gap or a repeat', async () => {
    const rig = await openRig();
    const middle = gate();
    rig.first.script([say('ab'), hold(middle), say('cd')]);
    const handle = await rig.ask({ prompt: 'Hi' });
    const slow = handle.events(0, never)[Symbol.asyncIterator]();
    await slow.next();
    const late = readAll(handle, 2);
    middle.open();
    expect((await readAll(handle)).events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect((await late).text).toBe('cd');
    expect((await slow.next()).value).toMatchObject({ seq: 2, event: { text: 'ab' } });
  });

  it('[A12] stop when their signal is aborted, which changes nothing for the others', async () => {
    const rig = await openRig();
    const middle = gate();
    rig.first.script([open(), hold(middle), say('Hello')]);
    const handle = await rig.ask({ prompt: 'Hi' });
    const leaving = new AbortController();
    const opening = handle.opening(leaving.signal);
    const next = handle.events(0, leaving.signal)[Symbol.asyncIterator]().next();
    leaving.abort(new Error('The client left.'));
    await expect(opening).rejects.toThrow('The client left.');
    await expect(next).rejects.toThrow('The client left.');
    middle.open();
    expect((await readAll(handle)).text).toBe('Hello');
  });

  it('[A17] are its owner’s only', async () => {
    const rig = await openRig();
    const { handle } = await rig.answer({ prompt: 'Hi' }, { key: KEY });
    for (const from of ['memory', 'journal']) {
      if (from === 'journal') await rig.forget();
      for (const stranger of [
        { ...SOMEONE, user: 'bob' },
        { ...SOMEONE, tenant: 'other' },
      ]) {
        expect(await rig.asks.find(stranger, handle.askId)).toBeNull();
        expect(await rig.asks.cancel(stranger, handle.askId)).toBe('unknown');
        expect(await codeOf(rig.ask({ prompt: 'Hi' }, { key: KEY, caller: stranger }))).toBe('key_reused');
      }
      expect(await rig.asks.cancel(SOMEONE, handle.askId)).toBe('already-over');
    }
    expect(await rig.asks.find(SOMEONE, mintAskId(rig.clock, seededRandom(5)))).toBeNull();
  });

  it('get `ask_expired` when the journal’s time is up', async () => {
    const rig = await openRig();
    const { handle } = await rig.answer({ prompt: 'Hi' }, { key: KEY });
    await rig.forget();
    await rig.clock.advance(8 * 86_400_000);
    expect(await codeOf(rig.asks.find(SOMEONE, handle.askId))).toBe('ask_expired');
    expect(await codeOf(rig.ask({ prompt: 'Hi' }, { key: KEY }))).toBe('ask_expired');
  });
});

describe('cancelling', () => {
  it('[A9] ends the upstream call, tells the readers, books the cost, and the id never runs again', async () => {
    const rig = await openRig();
    rig.first.script([say('Hello'), hold()]);
    const handle = await rig.ask({ prompt: 'Hi' }, { key: KEY });
    await handle.opening(never);
    expect(await rig.asks.cancel(SOMEONE, KEY)).toBe('cancelled');
    expect(await rig.asks.cancel(SOMEONE, KEY)).toBe('already-over');
    const told = await readAll(handle);
    expect(told.text).toBe('Hello');
    expect(told.last).toMatchObject({ type: 'answer-problem', problem: { code: 'cancelled' } });
    await rig.first.calls[0]?.over;
    expect(rig.first.calls[0]?.outcome).toBe('aborted');
    const [row] = await rig.rows();
    // "Hi" is one token in and "Hello" two out.
    expect(row?.ask).toMatchObject({ outcome: 'cancelled', problem: null, cost_nano_usd: 5, tokens_estimated: true });
    for (const from of ['memory', 'journal']) {
      if (from === 'journal') await rig.forget();
      const again = await rig.answer({ prompt: 'Hi' }, { key: KEY });
      expect([again.handle.state(), again.text]).toEqual(['cancelled', 'Hello']);
    }
    expect(rig.first.calls).toHaveLength(1);
    expect(await rig.rows()).toHaveLength(1);
  });

  it('[A9] before any content rejects the opening', async () => {
    const rig = await openRig();
    rig.first.script([hold()]);
    const handle = await rig.ask({ prompt: 'Hi' }, { key: KEY });
    await rig.first.called(1);
    await rig.asks.cancel(SOMEONE, KEY);
    expect(await codeOf(handle.opening(never))).toBe('cancelled');
    const [row] = await rig.rows();
    expect(row?.ask).toMatchObject({ outcome: 'cancelled', cost_nano_usd: 0, provider: null });
    expect(row?.attempts).toMatchObject([{ status: 'cancelled', cost_nano_usd: 0 }]);
  });
});

describe('stopping', () => {
  it('[A16] lets running asks end, and refuses new ones', async () => {
    const rig = await openRig();
    const middle = gate();
    rig.first.script([say('Hel'), hold(middle), say('lo')]);
    const handle = await rig.ask({ prompt: 'Hi' });
    const drained = rig.asks.drain(10_000);
    expect(await codeOf(rig.ask({ prompt: 'Other' }))).toBe('stopping');
    middle.open();
    await drained;
    expect(handle.state()).toBe('answered');
    expect((await rig.rows(2)).map(({ ask }) => ask.outcome).sort()).toEqual(['answered', 'failed']);
    expect(rig.clock.timers()).toBe(1);
  });

  it('[A16] cuts off after its limit, and leaves the keys free', async () => {
    const rig = await openRig();
    rig.first.script([say('Hel'), hold()], [hold()]);
    const partial = await rig.ask({ prompt: 'Hi' }, { key: KEY });
    await partial.opening(never);
    const silent = await rig.ask({ prompt: 'Other' });
    await rig.first.called(2);
    const drained = rig.asks.drain(1_000);
    await rig.clock.advance(1_000);
    await drained;
    expect([partial.state(), silent.state()]).toEqual(['incomplete', 'failed']);
    expect(await codeOf(silent.opening(never))).toBe('stopping');
    const tags = { feature: 'default', synthetic: false, arrivedAtMs: rig.clock.now() };
    const claim = {
      owner: SOMEONE,
      askId: KEY,
      key: KEY,
      bodyHash: 'x',
      discreet: false,
      nowMs: rig.clock.now(),
      keepMs: 1_000,
      tags,
    };
    expect(await rig.stores.journal.claim(claim)).toMatchObject({ kind: 'run', run: 2 });
    expect(await rig.rows(2)).toHaveLength(2);
  });
});

it('an answer that has only an end is an empty answer', async () => {
  const rig = await openRig();
  rig.first.script(answer());
  const { handle, events } = await rig.answer({ prompt: 'Hi' });
  expect(events.map(({ event }) => event.type)).toEqual(['answer-start', 'answer-end']);
  expect(await handle.opening(never)).toMatchObject({ provider: 'first/model', first_token_ms: null });
});
