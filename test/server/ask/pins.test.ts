import { expect, it } from 'vitest';
import type { Deployment } from '../../../server/config/configuration.ts';
import { pinnedAmong } from '../../../server/config/pinned.ts';
import { createPins } from '../../../server/routing/pins.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { refuse } from '../../fakes/provider/script.ts';
import { codeOf, never, openRig } from './rig.ts';
import { deploymentOf } from './sample-configuration.ts';

const one = (id: string, order: number, name = `${id}/model`): Deployment => ({
  ...deploymentOf(id, { apiBase: 'http://127.0.0.1:1', apiKey: '' }),
  ...{ order, name },
});

it('[R29] a pin means a deployment by its id, its name, or as the first and the second order', () => {
  const served = [one('a', 5), one('b', 9), one('primary', 7), one('c', 9)];
  const ids = (pin: string): string[] => pinnedAmong(served, pin).map(({ id }) => id);
  expect([ids('b'), ids('c/model'), ids('primary'), ids('nobody')]).toEqual([['b'], ['c'], ['primary'], []]);
  expect(pinnedAmong([one('x', 2), one('y', 1), one('z', 3)], 'secondary').map(({ id }) => id)).toEqual(['x']);
});

it('[R29] a pinned ask goes to its deployment only, and fails honestly when that is down', async () => {
  const rig = await openRig({ feature: { pin: 'secondary' } });
  expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'second/model' } });
  rig.second.otherwise(refuse(401));
  const { handle } = await rig.answer({ prompt: 'Other' });
  await expect(handle.opening(never)).rejects.toThrow(
    'No provider could answer. `second/model` refused the key it was given. The ask is pinned to `secondary`, so nobody else was asked.',
  );
  expect(rig.first.calls).toHaveLength(0);
});

it('[R30] what an operator pins an ask to goes before all, and reads no saved answer', async () => {
  const rig = await openRig({ feature: { pin: 'second' } });
  rig.pins.set({ feature: null, deployment: 'second', leaseMs: 60_000 });
  await rig.answer({ prompt: 'Hi' });
  for (let at = 0; at < 2; at++)
    expect((await rig.answer({ prompt: 'Hi' }, { pin: 'first' })).last).toMatchObject({
      provenance: { provider: 'first/model', source: 'provider' },
    });
  expect([rig.first.calls.length, rig.second.calls.length]).toEqual([2, 1]);
  expect(await codeOf(rig.ask({ prompt: 'Hi' }, { pin: 'nobody' }))).toBe('header_malformed');
});

it('[R30] a pin by hand goes before that of the feature, until its time is up', async () => {
  const rig = await openRig({ feature: { pin: 'first', cache: { ttlSeconds: 0, scope: 'tenant' } } });
  rig.pins.set({ feature: 'default', deployment: 'second', leaseMs: 60_000 });
  await rig.answer({ prompt: 'Hi' });
  await rig.clock.advance(60_000);
  await rig.answer({ prompt: 'Hi' });
  expect([rig.first.calls.length, rig.second.calls.length]).toEqual([1, 1]);
});

it('[R31] pins by hand are one for each feature and one for all, and gone with their time', async () => {
  const clock = fakeClock();
  const pins = createPins(clock);
  pins.set({ feature: null, deployment: 'a', leaseMs: Infinity });
  pins.set({ feature: 'draft', deployment: 'b', leaseMs: 1_000 });
  expect([pins.of('draft')?.deployment, pins.of('other')?.deployment]).toEqual(['b', 'a']);
  await clock.advance(1_000);
  expect(pins.of('draft')?.deployment).toBe('a');
  expect(pins.clear(null)).toBe(true);
  expect(pins.clear(null)).toBe(false);
  expect(pins.list()).toEqual([]);
});
