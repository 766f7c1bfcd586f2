import { describe, expect, it } from 'vitest';
import { mintAskId } from '#shared/ask-id.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { seededRandom } from '../../fakes/random.ts';
import { codeOf, never, openRig, SOMEONE } from './rig.ts';

const KEY = mintAskId(fakeClock(), seededRandom(99));

describe('a stop that overtakes its ask', () => {
  it('[A19] stops it when it comes, before anybody is called, and the id never runs', async () => {
    const rig = await openRig();
    expect(await rig.asks.cancel(SOMEONE, KEY)).toBe('unknown');
    const handle = await rig.ask({ prompt: 'Hi' }, { key: KEY });
    expect(await codeOf(handle.opening(never))).toBe('cancelled');
    const [row] = await rig.rows();
    expect(row).toMatchObject({ ask: { request_id: KEY, outcome: 'cancelled', cost_nano_usd: 0 }, attempts: [] });
    await rig.clock.advance(60_000);
    expect((await rig.answer({ prompt: 'Hi' }, { key: KEY })).handle.state()).toBe('cancelled');
    expect(rig.first.calls).toHaveLength(0);
  });

  it('[A19] stops it while it is being claimed', async () => {
    const rig = await openRig();
    const asking = rig.ask({ prompt: 'Hi' }, { key: KEY });
    const stopping = rig.asks.cancel(SOMEONE, KEY);
    const handle = await asking;
    expect(await stopping).toBe('cancelled');
    expect(handle.state()).toBe('cancelled');
    const [row] = await rig.rows();
    expect(row?.ask).toMatchObject({ outcome: 'cancelled', cost_nano_usd: 0 });
  });

  it('[A19] is nobody else’s, and is forgotten after a minute', async () => {
    const rig = await openRig();
    await rig.asks.cancel({ ...SOMEONE, user: 'bob' }, KEY);
    expect((await rig.answer({ prompt: 'Hi' }, { key: KEY })).text).toBe('This is the fake answer.');
    const later = mintAskId(fakeClock(), seededRandom(100));
    await rig.asks.cancel(SOMEONE, later);
    await rig.clock.advance(60_000);
    expect((await rig.answer({ prompt: 'Hi' }, { key: later })).text).toBe('This is the fake answer.');
  });
});
