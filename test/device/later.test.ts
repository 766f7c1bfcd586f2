import { describe, expect, it } from 'vitest';
import { laterParts, type Later } from '#device/later.ts';
import { listOutbox } from '#device/outbox.ts';
import { openWorld, type World } from '../fakes/device/world.ts';

const ask = { feature: 'chat', prompt: 'Why is the sky blue?' };

/** A device that has asked once, and then lost its second script: it never comes, or it fails. */
async function bereft(brought: 'never' | 'fails'): Promise<World> {
  let isThere = true;
  const later = (): Promise<Later> => {
    if (isThere) return Promise.resolve(laterParts);
    return brought === 'never' ? new Promise(() => undefined) : Promise.reject(new TypeError('It is gone.'));
  };
  const world = openWorld({ later });
  await (await world.ask(ask)).json();
  await world.over();
  isThere = false;
  world.restart();
  return world;
}

describe('without the second script', () => {
  it('[W20] a saved answer comes', async () => {
    const world = await bereft('never');
    world.router.line = 'down';
    const response = await world.ask(ask);
    expect(response.headers.get('x-layover-source')).toBe('saved');
    expect(await response.text()).toContain(world.router.text);
  });

  it('[W21] a live answer is passed on as it comes, and nothing of it is kept', async () => {
    const world = await bereft('fails');
    world.router.text = 'Quite another answer.';
    const response = await world.ask({ ...ask, prompt: 'And at night?' });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-layover')).toBe('1');
    expect(await response.text()).toContain('Quite another answer.');
    await world.over();
    world.router.line = 'down';
    expect((await world.ask({ ...ask, prompt: 'And at night?' })).status).toBeGreaterThanOrEqual(500);
  });

  it('[W21] an ask that may wait waits, and any other hears why it has no answer', async () => {
    const world = await bereft('fails');
    world.router.line = 'down';
    const other = { ...ask, prompt: 'And at night?' };
    expect((await world.ask(other, { prefer: 'respond-async' })).status).toBe(202);
    expect(await listOutbox(await world.place())).toHaveLength(1);
    const told = (await (await world.ask(other)).json()) as { error: { code: string } };
    expect(told.error.code).toBe('offline');
  });
});
