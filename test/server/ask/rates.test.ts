import { describe, expect, it } from 'vitest';
import { mintAskId } from '#shared/ask-id.ts';
import { Problem } from '#shared/problem.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { refuse } from '../../fakes/provider/script.ts';
import { seededRandom } from '../../fakes/random.ts';
import { codeOf, openRig, SOMEONE } from './rig.ts';

const KEY = mintAskId(fakeClock(), seededRandom(99));
const ONE_A_SECOND = { acme: { rate: { perSecond: 1, burst: 1 } } };

describe('a tenant with a rate', () => {
  it('[B10] is refused past it with the exact wait, and asks again after that', async () => {
    const rig = await openRig({ tenants: { acme: { rate: { perSecond: 4, burst: 2 } } } });
    await Promise.all([rig.answer({ prompt: 'One' }), rig.answer({ prompt: 'Two' })]);
    const refused = await rig.ask({ prompt: 'Three' }).catch((problem: unknown) => problem);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({ code: 'too_many_asks', status: 429, canRetry: true, retryAfterMs: 250 });
    await rig.clock.advance(250);
    expect((await rig.answer({ prompt: 'Three' })).text).toBe('This is the fake answer.');
  });

  it('[B10] books what it was refused as refused, and no other tenant waits for it', async () => {
    const rig = await openRig({ tenants: ONE_A_SECOND });
    await rig.answer({ prompt: 'One' });
    expect(await codeOf(rig.ask({ prompt: 'Two' }))).toBe('too_many_asks');
    await rig.answer({ prompt: 'Two' }, { caller: { ...SOMEONE, tenant: 'other' } });
    const rows = await rig.rows(3);
    expect(rows.map(({ ask }) => [ask.tenant_id, ask.outcome, ask.problem]).sort()).toEqual([
      ['acme', 'answered', null],
      ['acme', 'refused', 'too_many_asks'],
      ['other', 'answered', null],
    ]);
  });

  it('[B11] has people with a rate of their own', async () => {
    const rig = await openRig({ tenants: { acme: { userRate: { perSecond: 1, burst: 1 } } } });
    await rig.answer({ prompt: 'One' });
    expect(await codeOf(rig.ask({ prompt: 'Two' }))).toBe('too_many_asks');
    await rig.answer({ prompt: 'Two' }, { caller: { ...SOMEONE, user: 'bob' } });
  });

  it('[B10] has keys with a rate of their own, whoever they name', async () => {
    const rig = await openRig();
    const caps = { monthlyCostNanoUsd: null, asksPerSecond: 0.5, burst: null };
    const key = { id: 'k1', features: null, caps, namesUsers: true };
    await rig.answer({ prompt: 'One' }, { caller: { ...SOMEONE, key } });
    const refused = rig.ask({ prompt: 'Two' }, { caller: { ...SOMEONE, user: 'bob', key } });
    await expect(refused).rejects.toMatchObject({ code: 'too_many_asks', retryAfterMs: 2_000 });
    await rig.answer({ prompt: 'Two' }, { caller: { ...SOMEONE, key: { ...key, id: 'k2' } } });
  });

  it('[B13] an answer from memory counts like any other', async () => {
    const rig = await openRig({ tenants: ONE_A_SECOND });
    await rig.answer({ prompt: 'Hi' });
    await rig.clock.advance(1_000);
    expect((await rig.answer({ prompt: 'Hi' })).handle.delivery).toBe('router-cache');
    expect(await codeOf(rig.ask({ prompt: 'Hi' }))).toBe('too_many_asks');
  });

  it('[B13] a repeat of a key that is still here does not count; one that failed does, as it runs again', async () => {
    const rig = await openRig({ tenants: ONE_A_SECOND });
    await rig.answer({ prompt: 'Hi' }, { key: KEY });
    expect((await rig.answer({ prompt: 'Hi' }, { key: KEY })).handle.delivery).toBe('replay');
    await rig.clock.advance(1_000);
    rig.first.script(refuse(500), refuse(500));
    rig.second.script(refuse(529), refuse(529));
    expect((await rig.answer({ prompt: 'Fails' }, { key: 'k-2', noCache: true })).last?.type).toBe('answer-problem');
    expect(await codeOf(rig.ask({ prompt: 'Fails' }, { key: 'k-2', noCache: true }))).toBe('too_many_asks');
  });

  it('[B13] an ask of Layover itself never waits', async () => {
    const rig = await openRig({ tenants: ONE_A_SECOND });
    await rig.answer({ prompt: 'One' });
    await rig.answer({ prompt: 'Probe' }, { synthetic: true });
  });
});
