import { describe, expect, it } from 'vitest';
import type { Grants } from '../../../server/store/sessions.ts';
import { openRig, SOMEONE } from './rig.ts';
import { featureNamed } from './sample-configuration.ts';

const caps = { monthlyCostNanoUsd: null, asksPerSecond: null, burst: null };

function holderOf(...features: string[]): Grants {
  return { ...SOMEONE, key: { id: 'key-1', features, caps, namesUsers: false } };
}

describe('a key that is bound to features', () => {
  it('[I14] is refused any other with what it may ask, and nobody is called', async () => {
    const rig = await openRig({ features: [featureNamed('notes'), featureNamed('plain')] });
    const refused = rig.ask({ prompt: 'Hi' }, { caller: holderOf('notes', 'plain'), feature: 'default' });
    await expect(refused).rejects.toMatchObject({
      code: 'not_allowed',
      status: 403,
      param: 'feature',
      message: 'This key may not ask the feature `default`. It may: `notes`, `plain`.',
    });
    const [row] = await rig.rows();
    expect(row?.ask).toMatchObject({ outcome: 'refused', problem: 'not_allowed', feature: 'default' });
    expect(rig.first.calls).toHaveLength(0);
    await rig.answer({ prompt: 'Hi' }, { caller: holderOf('notes'), feature: 'notes' });
    expect(rig.first.calls).toHaveLength(1);
  });

  it('[I14] is refused a feature that is not declared before it is told whether there is one', async () => {
    const rig = await openRig({ features: [featureNamed('notes')] });
    const refused = rig.ask({ prompt: 'Hi' }, { caller: holderOf('notes'), feature: 'secret-plan' });
    await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('[I14] gets the first of its own when it names none and may not ask the default one', async () => {
    const rig = await openRig({ features: [featureNamed('notes'), featureNamed('plain')] });
    const featureOf = async (caller: Grants): Promise<string | undefined> => {
      await rig.answer({ prompt: `Hi ${caller.key?.features?.join(' ') ?? ''}` }, { caller });
      const count = rig.first.calls.length;
      const rows = await rig.rows(count);
      return rows.sort((a, b) => (a.ask.request_id < b.ask.request_id ? -1 : 1)).at(-1)?.ask.feature;
    };
    expect(await featureOf(holderOf('plain', 'notes'))).toBe('plain');
    expect(await featureOf(holderOf('gone', 'notes'))).toBe('notes');
    expect(await featureOf(holderOf('notes', 'default'))).toBe('default');
    expect(await featureOf(SOMEONE)).toBe('default');
  });
});
