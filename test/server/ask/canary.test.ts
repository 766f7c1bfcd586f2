import { describe, expect, it } from 'vitest';
import { accountTest } from '../../../server/ask/account-test.ts';
import { createCanary } from '../../../server/routing/canary.ts';
import { answer, finish, hold, open, refuse, say } from '../../fakes/provider/script.ts';
import { openRig, readAll, type Rig, type RigOptions } from './rig.ts';

const FOUR_MINUTES = 240_000;

/** A rig whose deployments are tested, at a cent an hour unless told otherwise. */
async function openTested(options: RigOptions & { costNanoUsdPerHour?: number } = {}): Promise<Rig> {
  const rig = await openRig({ feature: { cache: { ttlSeconds: 0, scope: 'tenant' } }, ...options });
  const { deployments, faults, clock, parts } = rig;
  createCanary({
    ...{ deployments, faults, openProvider: parts.providers, clock, log: parts.log },
    costNanoUsdPerHour: () => options.costNanoUsdPerHour ?? 10_000_000,
    book: (record) => void accountTest(record, parts),
  });
  return rig;
}

const healthOf = (rig: Rig): string[] => rig.deployments.views().map(({ health }) => health.kind);

/** Asks, and lets the first deployment be given up after its two seconds if it is silent. */
async function askPatiently(rig: Rig): Promise<{ waitedMs: number; by: string | null | undefined }> {
  const from = rig.clock.monotonic();
  const calls = rig.first.calls.length + rig.second.calls.length;
  const handle = await rig.ask({ prompt: 'Hi' });
  await rig.clock.until(() => rig.first.calls.length + rig.second.calls.length > calls);
  await rig.clock.settle();
  while (handle.state() === 'running' && rig.clock.monotonic() - from < 2_000) {
    const { length } = rig.second.calls;
    const answering = rig.clock.until(() => handle.state() !== 'running', 300).catch(() => undefined);
    await answering;
    if (handle.state() !== 'running' && rig.second.calls.length === length) break;
    if (handle.state() === 'running') await rig.clock.advance(2_000);
  }
  const { last } = await readAll(handle);
  const provenance = last !== undefined && 'provenance' in last ? last.provenance : null;
  return { waitedMs: provenance?.first_token_ms ?? -1, by: provenance?.provider };
}

describe('the canary', () => {
  it('[R25] lets a dead primary cost one ask a wait at one ask in four minutes, not every one', async () => {
    const rig = await openTested();
    rig.first.otherwise([open(), hold()]);
    const waits: number[] = [];
    for (let at = 0; at < 6; at++) {
      const { waitedMs, by } = await askPatiently(rig);
      expect(by).toBe('second/model');
      waits.push(waitedMs);
      for (let passed = 0; passed < FOUR_MINUTES; passed += 1_000) await rig.clock.advance(1_000);
    }
    expect(waits).toEqual([2_000, 0, 0, 0, 0, 0]);
    expect(healthOf(rig)[0]).not.toBe('closed');
  });

  it('[R25] tests when the rest is over, books the test for itself, and lets asks come back', async () => {
    const rig = await openTested();
    rig.first.script(refuse(401), [say('ok'), finish({ usage: { prompt_tokens: 9, completion_tokens: 1 } })]);
    await rig.answer({ prompt: 'Hi' });
    expect(healthOf(rig)[0]).toBe('open');
    await rig.clock.advance(29_999);
    expect(rig.first.calls).toHaveLength(1);
    await rig.clock.advance(1);
    await rig.first.called(2);
    await rig.clock.until(() => healthOf(rig)[0] === 'closed');
    expect(rig.first.calls[1]?.body).toMatchObject({ max_completion_tokens: 5, messages: [{ content: 'Say: ok' }] });
    const rows = await rig.rows(2);
    expect(rows[0]?.ask).toMatchObject({
      ...{ feature: 'canary', user_id: 'canary', synthetic: true, outcome: 'answered', cost_nano_usd: 11 },
    });
    expect(rows[0]?.attempts).toMatchObject([{ role: 'probe', status: 'ok', cost_nano_usd: 11 }]);
    const figures = await rig.stores.ledger.figures({ tenant: null, fromMs: 0, toMs: rig.clock.now() + 1 });
    expect(figures.router).toMatchObject({ answered: 1, costKnown: 1 });
    rig.first.otherwise(answer('Back'));
    expect((await rig.answer({ prompt: 'Hi' })).text).toBe('Back');
  });

  it('[R25] lets asks pass the deployment over while it is tested, one test at a time', async () => {
    const rig = await openTested();
    rig.first.script(refuse(401), [open(), hold()]);
    await rig.answer({ prompt: 'Hi' });
    await rig.clock.advance(30_000);
    await rig.first.called(2);
    for (let at = 0; at < 3; at++)
      expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'second/model' } });
    expect(rig.first.calls).toHaveLength(2);
  });

  it('[R25] tests nothing when no ask came for a quarter of an hour, and again when one comes', async () => {
    const rig = await openTested();
    rig.first.otherwise(refuse(401));
    await rig.answer({ prompt: 'Hi' });
    for (let minute = 0; minute < 60; minute++) await rig.clock.advance(60_000);
    const { length } = rig.first.calls;
    expect(length).toBeLessThan(8);
    for (let minute = 0; minute < 60; minute++) await rig.clock.advance(60_000);
    expect(rig.first.calls).toHaveLength(length);
    rig.first.otherwise(answer('Back'));
    expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'second/model' } });
    await rig.clock.advance(0);
    await rig.clock.until(() => healthOf(rig)[0] === 'closed');
    expect((await rig.answer({ prompt: 'Hi' })).text).toBe('Back');
  });

  it('[R25] leaves the test to the next ask when it may cost nothing', async () => {
    const rig = await openTested({ costNanoUsdPerHour: 0 });
    rig.first.script(refuse(401));
    await rig.answer({ prompt: 'Hi' });
    await rig.clock.advance(30_000);
    expect(rig.first.calls).toHaveLength(1);
    expect((await rig.answer({ prompt: 'Hi' })).last).toMatchObject({ provenance: { provider: 'first/model' } });
  });

  it('[R25] counts an answer that refuses the test itself as an answer', async () => {
    const rig = await openTested();
    rig.first.script(refuse(401), refuse(400, { error: { message: 'Unknown parameter.' } }));
    await rig.answer({ prompt: 'Hi' });
    await rig.clock.advance(30_000);
    await rig.clock.until(() => healthOf(rig)[0] === 'closed');
  });
});
