import { describe, expect, it } from 'vitest';
import { heed } from '#device/device.ts';
import { givePolicy, knownPolicy } from '#device/policy.ts';
import { openWorld, ORIGIN } from '../fakes/device/world.ts';

const read = (): Request => new Request(`${ORIGIN}/api/travel`);

describe('the policy on a device', () => {
  it('[D32] is given to a page network first, and as it is known without a line', async () => {
    const world = openWorld();
    world.router.line = 'portal';
    expect((await world.drive(givePolicy(world.device, read()))).status).toBe(503);
    world.router.line = 'through';
    expect(await (await world.drive(givePolicy(world.device, read()))).json()).toMatchObject({ epoch: 1 });
    for (const line of ['down', 'silent', 'portal'] as const) {
      world.router.line = line;
      const given = await world.drive(givePolicy(world.device, read()));
      expect(given.headers.get('x-layover-source')).toBe('saved');
      expect(await given.json()).toEqual(world.router.policy);
    }
  });

  it('[D33] changes with whoever signs in, and each person has a database of their own', async () => {
    const world = openWorld();
    const first = (await world.place()).name;
    world.router.policy = { ...world.router.policy, user_hash: 'cccccccccccccccc', epoch: 5 };
    await world.drive(heed(world.device, { type: 'forget-policy' }));
    expect((await knownPolicy(world.device))?.user_hash).toBe('cccccccccccccccc');
    expect((await world.place()).name).not.toBe(first);
    expect(world.told).toContainEqual({ type: 'policy-changed', epoch: 5 });
  });
});
