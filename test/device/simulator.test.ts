import { describe, expect, it } from 'vitest';
import type { Scenario } from '#shared/scenario.ts';
import { heed } from '#device/device.ts';
import { openWorld, readStream } from '../fakes/device/world.ts';

const ask = { feature: 'chat', prompt: 'Why?', stream: true };

describe('the network simulator', () => {
  it.each([
    [{ kind: 'offline' }, 'offline'],
    [{ kind: 'portal' }, 'portal'],
    [{ kind: 'silent' }, 'slow'],
    [{ kind: 'slow', delay_ms: 9_000 }, 'slow'],
    [{ kind: 'lossy', drop_rate: 1, seed: 3 }, 'offline'],
  ] as [Scenario, string][])('[D60] $kind is met as the real thing is', async (scenario, network) => {
    const world = openWorld();
    await (await world.ask(ask)).text();
    await world.over();
    await world.drive(heed(world.device, { type: 'simulate', scenario }));
    const response = await world.ask(ask);
    expect(response.headers.get('x-layover-network')).toBe(network);
    expect(response.headers.get('x-layover-source')).toBe('saved');
    await world.drive(heed(world.device, { type: 'simulate', scenario: null }));
    await (await world.ask(ask)).text();
    await world.over();
    expect(world.router.events.map((event) => event.simulated)).toEqual([false, true, false]);
  });

  it('[D61] a cut stream is mended', async () => {
    const world = openWorld();
    await world.place();
    await world.drive(heed(world.device, { type: 'simulate', scenario: { kind: 'cut', after_chars: 600 } }));
    const response = await world.ask(ask);
    expect(readStream(await world.drive(response.text()))).toMatchObject({ text: world.router.text, done: true });
    await world.over();
    expect(world.router.events[0]?.resumes).toBeGreaterThan(1);
  });

  it('[D62] is still on after the worker was restarted, and off after twelve hours', async () => {
    const world = openWorld();
    await world.place();
    await world.drive(heed(world.device, { type: 'simulate', scenario: { kind: 'offline' } }));
    world.restart();
    expect((await world.ask(ask)).status).toBe(503);
    world.clock.setNow(world.clock.now() + 13 * 3_600_000);
    world.restart();
    expect((await world.ask(ask)).status).toBe(200);
  });

  it('[D63] is not switched on where the policy forbids it', async () => {
    const world = openWorld();
    world.router.policy = { ...world.router.policy, simulator: false };
    await world.place();
    await world.drive(heed(world.device, { type: 'simulate', scenario: { kind: 'offline' } }));
    expect((await world.ask(ask)).status).toBe(200);
    await world.drive(heed(world.device, { type: 'tell' }));
    expect(world.told.at(-1)).toMatchObject({ type: 'state', line: 'online', scenario: null });
  });

  it('[D64] drops the same requests for the same seed', async () => {
    const runs: number[][] = [];
    for (let run = 0; run < 2; run++) {
      const world = openWorld();
      await world.place();
      await world.drive(
        heed(world.device, { type: 'simulate', scenario: { kind: 'lossy', drop_rate: 0.5, seed: 11 } }),
      );
      const outcome: number[] = [];
      for (let nth = 0; nth < 12; nth++) {
        const seen = world.router.calls.length;
        await world.device.simulator.fetch(new Request('http://layover.test/healthz')).catch(() => null);
        outcome.push(world.router.calls.length - seen);
      }
      runs.push(outcome);
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(new Set(runs[0])).toEqual(new Set([0, 1]));
  });
});
