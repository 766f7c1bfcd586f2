import { describe, expect, it } from 'vitest';
import { mintAskId } from '#shared/ask-id.ts';
import type { NumberedEvent } from '#shared/answer.ts';
import type { EndState } from '../../../server/store/journal.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { gate } from '../../fakes/provider/gate.ts';
import { hold, say } from '../../fakes/provider/script.ts';
import { seededRandom } from '../../fakes/random.ts';
import { codeOf, openRig, readAll, SOMEONE } from './rig.ts';

const KEY = mintAskId(fakeClock(), seededRandom(99));
const fails = (): Promise<never> => Promise.reject(new Error('The disk is full.'));

describe('an answer is not spoiled', () => {
  it('[A10] by a cache that fails', async () => {
    const rig = await openRig({ stores: ({ cache }) => ({ cache: { ...cache, get: fails, put: fails } }) });
    expect((await rig.answer({ prompt: 'Hi' })).text).toBe('This is the fake answer.');
    expect((await rig.answer({ prompt: 'Hi' })).handle.delivery).toBe('provider');
    expect(rig.said.join(' ')).toContain('The cache could not be read');
    expect(rig.said.join(' ')).toContain('The cache did not keep an answer.');
  });

  it('[A10] by a cache that does not answer', async () => {
    const rig = await openRig({ stores: ({ cache }) => ({ cache: { ...cache, get: () => new Promise(() => {}) } }) });
    const asking = rig.answer({ prompt: 'Hi' });
    await rig.clock.until(() => rig.clock.timers() > 0);
    await rig.clock.advance(1_000);
    expect((await asking).text).toBe('This is the fake answer.');
    expect(rig.said.join(' ')).toContain('The cache could not be read');
  });

  it('[A10] by a journal that does not answer; what it takes too late is given back', async () => {
    const late = gate();
    const rig = await openRig({
      stores: ({ journal }) => ({
        journal: { ...journal, claim: (claim) => late.pass().then(() => journal.claim(claim)) },
      }),
    });
    const asking = rig.answer({ prompt: 'Hi' }, { key: KEY });
    await rig.clock.until(() => rig.clock.timers() > 0);
    await rig.clock.advance(6_000);
    expect((await asking).text).toBe('This is the fake answer.');
    late.open();
    await rig.forget();
    const again = await rig.answer({ prompt: 'Hi' }, { key: KEY, noCache: true });
    expect([again.text, again.handle.state()]).toEqual(['This is the fake answer.', 'answered']);
    expect(rig.first.calls).toHaveLength(2);
  });

  it('[A10] by a ledger that fails', async () => {
    const rig = await openRig({ stores: ({ ledger }) => ({ ledger: { ...ledger, record: fails } }) });
    expect((await rig.answer({ prompt: 'Hi' })).text).toBe('This is the fake answer.');
    await rig.clock.settle();
    expect(rig.said).toEqual(['The ledger did not take its rows.']);
  });

  it('[A10] by a journal that takes no events, whose ask is then not remembered as whole', async () => {
    const rig = await openRig({
      stores: ({ journal }) => ({
        journal: {
          ...journal,
          append: fails,
          end: (id: string, state: EndState, atMs: number, last: NumberedEvent[] = []) =>
            last.length > 0 ? fails() : journal.end(id, state, atMs),
        },
      }),
    });
    const told = await rig.answer({ prompt: 'Hi' }, { key: KEY });
    expect([told.text, told.handle.state()]).toEqual(['This is the fake answer.', 'answered']);
    expect(rig.said.filter((text) => text.startsWith('The journal'))).toHaveLength(1);
    await rig.forget();
    const again = await rig.answer({ prompt: 'Hi' }, { key: KEY });
    expect([again.text, again.handle.delivery]).toEqual(['This is the fake answer.', 'router-cache']);
  });

  it('[A10] by a journal that fails for a moment, and nothing is missing from it then', async () => {
    let broken = true;
    const rig = await openRig({
      stores: ({ journal }) => ({
        journal: {
          ...journal,
          append: (id: string, events: NumberedEvent[]) => (broken ? fails() : journal.append(id, events)),
        },
      }),
    });
    const middle = gate();
    rig.first.script([say('Hel'), hold(middle), say('lo')]);
    const handle = await rig.ask({ prompt: 'Hi' }, { key: KEY });
    await rig.clock.until(() => rig.said.length > 0);
    broken = false;
    middle.open();
    const told = await readAll(handle);
    await rig.forget();
    const found = await rig.asks.find(SOMEONE, KEY);
    expect(found === null ? null : (await readAll(found)).events).toEqual(told.events);
  });

  it('[A10] by a journal that takes no claims: the key is then remembered by the process', async () => {
    const rig = await openRig({ stores: ({ journal }) => ({ journal: { ...journal, claim: fails } }) });
    const [one, two] = await Promise.all([
      rig.answer({ prompt: 'Hi' }, { key: KEY }),
      rig.answer({ prompt: 'Hi' }, { key: KEY }),
    ]);
    expect([one.text, two.text]).toEqual(['This is the fake answer.', 'This is the fake answer.']);
    expect(await codeOf(rig.ask({ prompt: 'Bye' }, { key: KEY }))).toBe('key_reused');
    expect(rig.first.calls).toHaveLength(1);
  });
});

it('[A13] an answer that grows past what the journal takes ends with a problem, and what came is kept', async () => {
  const rig = await openRig();
  rig.first.script([...Array.from({ length: 9 }, () => say('x'.repeat(500_000))), hold()]);
  const { handle, text, last } = await rig.answer({ prompt: 'Hi' });
  expect(text).toHaveLength(4_000_000);
  expect(last).toMatchObject({ type: 'answer-problem', problem: { code: 'stream_incomplete' } });
  await rig.first.calls[0]?.over;
  expect(rig.first.calls[0]?.outcome).toBe('aborted');
  await rig.forget();
  const found = await rig.asks.find(SOMEONE, handle.askId);
  expect(found?.state()).toBe('incomplete');
  expect(found === null ? 0 : (await readAll(found)).text.length).toBe(4_000_000);
});

it('an ask that a crash left behind is incomplete, and says so to its readers', async () => {
  const rig = await openRig();
  const tags = { feature: 'default', synthetic: false, arrivedAtMs: rig.clock.now() };
  const claim = {
    owner: SOMEONE,
    askId: KEY,
    key: KEY,
    bodyHash: 'x',
    discreet: false,
    nowMs: rig.clock.now(),
    keepMs: 60_000,
    tags,
  };
  await rig.stores.journal.claim(claim);
  await rig.stores.journal.append(KEY, [
    { seq: 1, event: { type: 'answer-start', model: 'first-model', createdSeconds: 1 } },
    { seq: 2, event: { type: 'text-delta', text: 'Hel' } },
  ]);
  await rig.stores.journal.recover(rig.clock.now());
  const found = await rig.asks.find(SOMEONE, KEY);
  const told = found === null ? null : await readAll(found);
  expect([told?.text, found?.state()]).toEqual(['Hel', 'incomplete']);
  expect(told?.last).toMatchObject({ type: 'answer-problem', problem: { code: 'stream_incomplete' } });
});
