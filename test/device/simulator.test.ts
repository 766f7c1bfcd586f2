import { describe, expect, it } from 'vitest';
import type { Scenario, Simulation } from '#shared/scenario.ts';
import { heed, replay } from '#device/device.ts';
import { travel } from '#device/travel.ts';
import { FAULTS, findPreset, PLACES } from '../../src/developer/presets.ts';
import { history, openWorld, post, readStream, writeTurn, type World } from '../fakes/device/world.ts';
import { scenario } from '../fakes/scenarios.ts';

const ask = { feature: 'chat', prompt: 'Why?', stream: true };

async function simulate(world: World, wanted: Scenario | null, rehearsal?: boolean): Promise<void> {
  await world.drive(heed(world.device, { type: 'simulate', scenario: wanted, ...(rehearsal && { rehearsal }) }));
}

function told(world: World): Simulation | null {
  return (
    world.told.filter((message) => (message as { type: string }).type === 'state').at(-1) as { scenario: Simulation }
  ).scenario;
}

/** What a request that is no ask meets. */
async function probe(world: World): Promise<string> {
  const controller = new AbortController();
  const cancel = world.clock.after(3_000, () => controller.abort());
  const request = new Request('http://layover.test/healthz', { signal: controller.signal });
  const work = world.device.simulator.fetch(request).then(
    (response) => String(response.status),
    () => (controller.signal.aborted ? 'silence' : 'failed'),
  );
  return world.drive(work).finally(cancel);
}

describe('the network simulator', () => {
  it.each([
    [{ offline: true }, 'offline'],
    [{ portal: 'page' }, 'portal'],
    [{ portal: 'redirect' }, 'portal'],
    [{ portal: '511' }, 'portal'],
    [{ silent: true }, 'slow'],
    [{ latency_ms: 9_000 }, 'slow'],
    [{ latency_ms: { p50: 9_000, p95: 9_500 } }, 'slow'],
    [{ drop_rate: 1 }, 'offline'],
    [{ respond: { status: 503 } }, 'router'],
    [{ respond: { status: 429, retry_after_seconds: 9 } }, 'router'],
    [{ respond: { status: 502, by: 'proxy' } }, 'bad-answer'],
    [{ bandwidth_bytes_per_second: 10 }, 'slow'],
    [{ stall_after_tokens: 0 }, 'slow'],
  ] as [Scenario, string][])('[D60] %j is met as the real thing is', async (wanted, network) => {
    const world = openWorld();
    await (await world.ask(ask)).text();
    await world.over();
    await simulate(world, wanted);
    const response = await world.ask(ask);
    expect(response.headers.get('x-layover-network')).toBe(network);
    expect(response.headers.get('x-layover-source')).toBe('saved');
    await simulate(world, null);
    await world.over();
    await (await world.ask(ask)).text();
    await world.over();
    expect(world.router.events.map((event) => event.simulated)).toEqual([false, true, false]);
  });

  it.each([{ cut_after_chars: 600 }, { cut_after_tokens: 3 }, { stall_after_tokens: 3 }])(
    '[D61] a stream that is broken by %j is mended',
    async (wanted) => {
      const world = openWorld();
      await world.place();
      await simulate(world, wanted);
      const response = await world.ask(ask);
      const answer = readStream(await world.drive(response.text(), 500));
      expect(answer).toMatchObject({ text: world.router.text, done: true });
      await world.over();
      expect(world.router.runs).toHaveLength(1);
      expect(world.router.events[0]?.resumes).toBeGreaterThan(1);
    },
  );

  it('[D62] is still on after the worker was restarted, and off after twelve hours', async () => {
    const world = openWorld();
    await world.place();
    await simulate(world, { offline: true });
    world.restart();
    expect((await world.ask(ask)).status).toBe(503);
    world.clock.setNow(world.clock.now() + 13 * 3_600_000);
    expect((await world.ask(ask)).status).toBe(200);
    world.restart();
    expect((await world.ask(ask)).status).toBe(200);
  });

  it('[D63] is not switched on where the policy forbids it', async () => {
    const world = openWorld();
    world.router.policy = { ...world.router.policy, simulator: false };
    await world.place();
    await simulate(world, { offline: true });
    expect((await world.ask(ask)).status).toBe(200);
    await world.drive(heed(world.device, { type: 'tell' }));
    expect(world.told.at(-1)).toMatchObject({ type: 'state', line: 'online', scenario: null });
  });

  it('[D64] drops the same requests for the same seed', async () => {
    const runs: string[][] = [];
    for (const seed of [11, 11, 12]) {
      const world = openWorld();
      await world.place();
      await simulate(world, { drop_rate: 0.5, seed });
      const outcome: string[] = [];
      for (let nth = 0; nth < 24; nth++) outcome.push(await probe(world));
      runs.push(outcome);
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
    expect(new Set(runs[0])).toEqual(new Set(['200', 'failed']));
  });

  it.each([
    { kind: 'offline' },
    { offline: 'yes' },
    { offline: true, latency: 3 },
    { drop_rate: 2 },
    { steps: [] },
    { steps: [{ offline: true }, {}] },
    { latency_ms: { p50: 10, p95: 5 } },
    { repeat: true, offline: true },
  ])('[D140] %j is no scenario, and changes nothing', async (wanted) => {
    const world = openWorld();
    await world.place();
    await world.drive(heed(world.device, { type: 'simulate', scenario: wanted }));
    expect(told(world)).toBeNull();
    await simulate(world, { offline: true });
    await world.drive(heed(world.device, { type: 'simulate', scenario: wanted }));
    expect(told(world)).toMatchObject({ now: { offline: true } });
  });

  it('[D141] what stands beside the steps holds in every step that does not say otherwise', async () => {
    const world = openWorld();
    await world.place();
    await simulate(world, {
      name: 'both',
      latency_ms: 500,
      steps: [{ for_ms: 10_000 }, { for_ms: 10_000, latency_ms: 0, drop_rate: 1 }],
    });
    const beganMs = world.clock.now();
    expect(await probe(world)).toBe('200');
    expect(world.clock.now() - beganMs).toBeGreaterThanOrEqual(500);
    expect(told(world)).toMatchObject({ name: 'both', step: 1, steps: 2, now: { latency_ms: 500 } });
    await world.clock.advance(10_000);
    expect(await probe(world)).toBe('failed');
    expect(told(world)).toMatchObject({ step: 2, now: { latency_ms: 0, drop_rate: 1 } });
  });

  it('[D142] steps follow each other by the clock, through restarts, and the last one ends it', async () => {
    const world = openWorld();
    await world.place();
    const steps = [{ for_ms: 10_000, offline: true }, { for_ms: 10_000 }, { for_ms: 10_000, silent: true }];
    await simulate(world, { steps });
    expect(told(world)?.step).toBe(1);
    expect(told(world)?.step_until_ms).toBe((told(world)?.until_ms ?? 0) - 20_000);
    expect(await probe(world)).toBe('failed');
    await world.clock.advance(10_000);
    expect(told(world)).toMatchObject({ step: 2 });
    expect(await probe(world)).toBe('200');
    world.restart();
    await world.clock.advance(10_000);
    expect(await probe(world)).toBe('silence');
    expect(told(world)).toMatchObject({ step: 3, step_until_ms: null });
    await world.clock.advance(10_000);
    await world.clock.settle();
    expect(told(world)).toBeNull();
    expect(await probe(world)).toBe('200');
    expect(world.clock.timers()).toBe(0);
  });

  it('[D142] steps are repeated, and played faster, though what they do keeps its pace', async () => {
    const world = openWorld();
    await world.place();
    const steps = [{ for_ms: 60_000, offline: true }, { for_ms: 60_000 }];
    await simulate(world, { repeat: true, speed: 60, latency_ms: 100, steps });
    const seen: string[] = [];
    for (let nth = 0; nth < 6; nth++) {
      seen.push(await probe(world));
      await world.clock.advance(nth % 2 === 0 ? 1_000 : 900);
    }
    expect(seen).toEqual(['failed', '200', 'failed', '200', 'failed', '200']);
  });

  it('[D143] latencies are drawn from the log-normal distribution that is asked for, the same for the same seed', async () => {
    const runs: number[][] = [];
    for (let run = 0; run < 2; run++) {
      const world = openWorld();
      await world.place();
      await simulate(world, { latency_ms: { p50: 400, p95: 2_000 }, seed: 5 });
      const waits: number[] = [];
      for (let nth = 0; nth < 200; nth++) {
        const beganMs = world.clock.monotonic();
        await world.drive(world.device.simulator.fetch(new Request('http://layover.test/healthz')), 50);
        waits.push(world.clock.monotonic() - beganMs);
      }
      runs.push(waits.sort((a, b) => a - b));
    }
    expect(runs[0]).toEqual(runs[1]);
    const [waits = []] = runs;
    expect(waits[100]).toBeGreaterThan(320);
    expect(waits[100]).toBeLessThan(520);
    expect(waits[190]).toBeGreaterThan(1_300);
    expect(waits[190]).toBeLessThan(3_000);
  });

  it('[D144] bodies and streams come as slowly as the line is, all of them together', async () => {
    const world = openWorld();
    await world.place();
    const read = async (): Promise<number> => {
      const response = await world.device.simulator.fetch(new Request('http://layover.test/api/travel'));
      return (await response.arrayBuffer()).byteLength;
    };
    const bytes = await world.drive(read());
    await simulate(world, { bandwidth_bytes_per_second: 200 });
    const beganMs = world.clock.monotonic();
    expect(await world.drive(Promise.all([read(), read()]))).toEqual([bytes, bytes]);
    const tookMs = world.clock.monotonic() - beganMs;
    expect(tookMs).toBeGreaterThanOrEqual((2 * bytes * 1000) / 200);
    expect(tookMs).toBeLessThan((2 * bytes * 1000) / 200 + 500);

    await simulate(world, { bandwidth_bytes_per_second: 2_000 });
    const response = await world.ask(ask);
    const streamedMs = world.clock.monotonic();
    const raw = await world.drive(response.text());
    expect(readStream(raw)).toMatchObject({ text: world.router.text, done: true });
    expect(world.clock.monotonic() - streamedMs).toBeGreaterThan((raw.length * 1000) / 2_000 / 2);
  });

  it('[D145] a stream is cut after so many tokens, and not one later', async () => {
    const world = openWorld();
    await world.place();
    await simulate(world, { cut_after_tokens: 2 });
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'one' };
    const body = JSON.stringify({ prompt: 'Why?', stream: true });
    const request = new Request('http://layover.test/ai', { method: 'POST', headers, body });
    const response = await world.device.simulator.fetch(request);
    let text = '';
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    const failure = await (async () => {
      for (;;) text += decoder.decode((await reader?.read())?.value, { stream: true });
    })().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: 'TypeError' });
    expect(readStream(text).text).toBe(world.router.text.slice(0, 2 * world.router.pieceChars));
  });

  it('[D146] a full device is simulated: nothing is stored, and the ask is answered all the same', async () => {
    const world = openWorld();
    const id = '01920000-0000-7000-8000-000000000001';
    await writeTurn(world, id, 'Why?');
    await simulate(world, { quota_error: true });
    const response = await world.ask(ask, { 'idempotency-key': id });
    expect(readStream(await world.drive(response.text())).text).toBe(world.router.text);
    await world.over();
    expect((await history(world))[0]?.answer ?? null).toBeNull();
    await simulate(world, null);
    expect(told(world)).toBeNull();
  });

  it('[D147] a clock that is wrong shows in times of day, not in durations, and ends with the scenario', async () => {
    const world = openWorld();
    await world.place();
    const days = 3 * 86_400_000;
    const rightMs = world.clock.now();
    await simulate(world, { clock_skew_ms: -days });
    expect(world.device.clock.now()).toBe(world.clock.now() - days);
    await (await world.ask(ask)).text();
    await world.over();
    expect(world.router.events[0]?.asked_at_ms).toBeLessThan(rightMs - days + 60_000);
    expect(world.router.events[0]?.total_ms).toBeLessThan(60_000);
    expect(told(world)?.until_ms).toBeGreaterThan(rightMs);
    await simulate(world, null);
    expect(world.device.clock.now()).toBe(world.clock.now());
  });

  it('[D148] no sync is asked for where the scenario has no SyncManager', async () => {
    let asked = 0;
    const world = openWorld({ registerSync: async () => void (asked += 1) });
    await world.place();
    const waiting = { prefer: 'respond-async' };
    await simulate(world, { offline: true, no_sync_manager: true });
    expect((await world.ask(ask, waiting)).status).toBe(202);
    expect(asked).toBe(0);
    await simulate(world, { offline: true });
    expect((await world.ask({ ...ask, prompt: 'And now?' }, waiting)).status).toBe(202);
    expect(asked).toBe(1);
  });

  it('[D149] going offline breaks off what is open', async () => {
    const world = openWorld();
    await world.place();
    await simulate(world, {
      steps: [
        { for_ms: 5_000, stall_after_tokens: 1 },
        { for_ms: 2_000, offline: true },
      ],
    });
    const response = await world.ask(ask);
    const beganMs = world.clock.monotonic();
    const answer = readStream(await world.drive(response.text()));
    expect(answer).toMatchObject({ text: world.router.text, done: true });
    // Long before the silence would have counted as a cut.
    expect(world.clock.monotonic() - beganMs).toBeLessThan(15_000);
  });

  it('[D150] a killed worker breaks off its streams, writes nothing more, and another device goes on', async () => {
    const world: World = openWorld({ killed: () => world.restart() });
    const id = '01920000-0000-7000-8000-000000000001';
    await writeTurn(world, id, 'Why?');
    await simulate(world, {
      steps: [
        { for_ms: 5_000, stall_after_tokens: 2 },
        { for_ms: 1_000, kill_worker: true },
        { for_ms: 600_000, latency_ms: 1 },
      ],
    });
    const old = world.device;
    const work: Promise<unknown>[] = [];
    const answered = travel(post(ask, { 'idempotency-key': id }), old, (more) => void work.push(more));
    const response = await world.drive(old.simulator.mortal(answered));
    expect(old.running.size).toBe(1);
    const failure = await world.drive(response.text().catch((thrown: unknown) => thrown));
    expect(failure).toMatchObject({ message: 'The simulator killed this worker.' });
    await world.drive(Promise.allSettled(work));
    expect(world.device).not.toBe(old);
    expect(world.device.running.size).toBe(0);
    const late = old.simulator.mortal(travel(post(ask), old, () => undefined));
    await expect(world.drive(late)).rejects.toThrow('The simulator killed this worker.');
    expect((await history(world))[0]?.answer?.state).toMatchObject({ kind: 'open' });
    await world.clock.advance(1_000);
    await world.drive(heed(world.device, { type: 'tell' }));
    expect(told(world)).toMatchObject({ step: 3 });
    await simulate(world, null);
    await world.drive(replay(world.device, null), 500);
    expect((await history(world))[0]?.answer?.state).toMatchObject({ kind: 'whole' });
    expect(world.router.runs).toHaveLength(1);
  });

  it.each([...PLACES, ...FAULTS])('[D158] the preset $name is a scenario, and is found by its name', async (preset) => {
    const world = openWorld();
    await world.place();
    await simulate(world, preset.scenario);
    expect(told(world)?.name).toBe(preset.name);
    expect(findPreset(preset.name.toUpperCase())).toBe(preset);
  });

  it('[D151] a rehearsal needs no policy, is offline whatever it says, and ends by itself after two hours', async () => {
    const world = openWorld();
    world.router.policy = { ...world.router.policy, simulator: false };
    await (await world.ask(ask)).text();
    await world.over();
    await simulate(world, { latency_ms: 5 }, true);
    expect(told(world)).toMatchObject({ rehearsal: true, now: { offline: true } });
    expect((await world.ask(ask)).headers.get('x-layover-source')).toBe('saved');
    await world.over();
    await world.clock.advance(2 * 3_600_000);
    expect(told(world)).toBeNull();
    await (await world.ask(ask)).text();
    await world.over();
    expect(world.router.events.map((event) => event.simulated)).toEqual([false, true, false]);
  });

  it('[D152] a scenario can be for asks only', async () => {
    const world = openWorld();
    await world.place();
    await simulate(world, { offline: true, only: 'asks' });
    expect(await probe(world)).toBe('200');
    expect((await world.ask(ask)).status).toBe(503);
  });

  it('[D153] without a scenario its script is not brought, and a request goes as it is', async () => {
    const seen: Request[] = [];
    const world = openWorld({
      bringPlay: async () => {
        throw new Error('It was brought.');
      },
    });
    const { fetch } = world.router;
    world.parts.fetch = async (request) => {
      seen.push(request);
      return fetch(request);
    };
    world.restart();
    await (await world.ask(ask)).text();
    const request = new Request('http://layover.test/healthz');
    await world.device.simulator.fetch(request);
    expect(seen.at(-1)).toBe(request);
  });

  it('[D154] what a page began before it had a worker is found by the worker', async () => {
    const world = openWorld();
    await world.place();
    const page = world.device;
    const worker = world.restart();
    await world.drive(heed(worker, { type: 'tell' }));
    await world.drive(heed(page, { type: 'simulate', scenario: { offline: true } }));
    await world.drive(heed(worker, { type: 'tell' }));
    expect(told(world)).toMatchObject({ now: { offline: true } });
    expect(await probe(world)).toBe('failed');
  });

  it('[D155] the same files drive unit tests and journeys', async () => {
    const world = openWorld();
    await world.place();
    await simulate(world, scenario('conference'));
    await world.clock.advance(8_000);
    expect(told(world)).toMatchObject({ name: 'conference', step: 2, now: { portal: 'redirect' } });
    expect(await probe(world)).toBe('302');
    await world.clock.advance(4_000);
    const response = await world.ask(ask);
    expect(readStream(await world.drive(response.text()))).toMatchObject({ text: world.router.text, done: true });
    await world.over();
    expect(world.router.events.at(-1)).toMatchObject({ simulated: true });
    expect(world.router.events.at(-1)?.resumes).toBeGreaterThan(0);
  });
});
