import { describe, expect, it } from 'vitest';
import type { PreflightReport } from '#shared/preflight-wire.ts';
import type { Asked } from '../../src/travel/ask-ahead.ts';
import { CHECK_LIMIT_MS, CHECKS, runChecks, type Check } from '../../src/travel/preflight.ts';
import type { Finding } from '../../src/travel/finding.ts';
import type { PreflightParts } from '../../src/travel/preflight-parts.ts';
import { rehearse, type RehearsalEnd, type Result } from '../../src/travel/rehearsal.ts';
import { fakeClock } from '../fakes/clock.ts';

describe('preflight', () => {
  it('[TR21] makes every check side by side; one that hangs or fails holds up no other and is said to be unmeasured', async () => {
    const clock = fakeClock();
    const found = new Map<string, Finding | null>();
    const work = runChecks(
      fine({ clock, persisted: () => new Promise(() => undefined), shell: () => Promise.reject(new Error('closed')) }),
      { tell: ({ id, finding }: Check) => void found.set(id, finding) },
      new AbortController().signal,
    );
    await clock.settle();
    expect(found.size).toBe(CHECKS.length - 1);
    expect(found.get('shell')).toMatchObject({
      verdict: 'unmeasured',
      advice: expect.stringContaining('closed') as string,
    });
    await clock.advance(CHECK_LIMIT_MS);
    await work;
    expect(found.get('storage')).toMatchObject({ verdict: 'unmeasured', fact: 'not measured' });
    expect(
      [...found]
        .filter(([, finding]) => finding?.verdict === 'good')
        .map(([id]) => id)
        .sort(),
    ).toEqual(['answers', 'clock', 'key', 'router', 'told', 'update', 'worker']);
  });

  it.each<[string, Partial<PreflightParts>, string, Finding['verdict'], string]>([
    [
      'a file of the page is missing',
      { shell: async () => ({ files: 40, missing: 1 }) },
      'shell',
      'bad',
      '1 of 40 files missing',
    ],
    ['no file is listed', { shell: async () => ({ files: 0, missing: 0 }) }, 'shell', 'bad', '0 of 0'],
    ['nobody knows the files', { shell: async () => null }, 'shell', 'unmeasured', ''],
    ['a forced reload', { worker: async () => ({ kind: 'not-in-charge', updateWaits: false }) }, 'worker', 'warn', ''],
    ['a private window', { worker: async () => ({ kind: 'none', updateWaits: false }) }, 'worker', 'bad', ''],
    ['an update waits', { worker: async () => ({ kind: 'in-charge', updateWaits: true }) }, 'update', 'warn', ''],
    ['the browser may clear it', { persisted: async () => false }, 'storage', 'warn', ''],
    ['the browser says nothing', { persisted: async () => null }, 'storage', 'unmeasured', ''],
    ['no pack', { answers: async () => null }, 'answers', 'warn', ''],
    [
      'a pack that is not ready',
      { answers: async () => ({ of: 3, ready: 2, stale: 0, beforeDemo: false, refreshHelps: true, freshUntil: '' }) },
      'answers',
      'warn',
      '2 of 3',
    ],
    [
      'answers that go stale',
      { answers: async () => ({ of: 3, ready: 3, stale: 1, beforeDemo: true, refreshHelps: true, freshUntil: '' }) },
      'answers',
      'warn',
      '',
    ],
    ['a lost key', { key: async () => 'does-not-open' }, 'key', 'bad', ''],
    ['no HTTPS', { key: async () => 'none' }, 'key', 'bad', ''],
    [
      'events wait for over an hour',
      { told: async () => ({ lastAnswer: '14:33', waiting: 2, oldestMs: 3_600_001 }) },
      'told',
      'warn',
      '14:33',
    ],
    [
      'many events wait',
      { told: async () => ({ lastAnswer: '14:33', waiting: 101, oldestMs: 1 }) },
      'told',
      'warn',
      '14:33',
    ],
    [
      'nothing was answered',
      { told: async () => ({ lastAnswer: null, waiting: 0, oldestMs: 0 }) },
      'told',
      'unmeasured',
      '',
    ],
  ])('[TR22] %s: said, and never said to be fine', async (_what, changes, id, verdict, fact) => {
    const finding = await findingOf(id, changes);
    expect(finding.verdict).toBe(verdict);
    expect(finding.fact).toContain(fact);
    expect(finding.advice).toMatch(/\.$/);
  });

  it('[TR22] a few events that go with the next ask are fine, and said', async () => {
    const told = async () => ({ lastAnswer: '14:33', waiting: 2, oldestMs: 3_600_000 });
    expect(await findingOf('told', { told })).toMatchObject({
      verdict: 'good',
      fact: 'last answer 14:33, 2 events wait for the next ask',
    });
  });

  it('[TR22] says when answers go stale, and to refresh them only when that helps', async () => {
    const stale = (beforeDemo: boolean, refreshHelps: boolean): Promise<Finding> =>
      findingOf('answers', {
        answers: async () => ({ of: 4, ready: 4, stale: 4, beforeDemo, refreshHelps, freshUntil: '' }),
      });
    expect(await stale(true, false)).toMatchObject({
      title: '4 of 4 answers go stale before the demo',
      advice: 'They open, and are said to be old. Refresh them closer to the date.',
    });
    expect(await stale(false, true)).toMatchObject({
      title: '4 of 4 answers are past their time',
      advice: 'They open, and are said to be old. Refresh them above.',
    });
  });

  it('[TR23] a clock is right as far as its measurement reaches, and wrong past two minutes', async () => {
    const at = (skewMs: number, tookMs: number): Promise<Finding> =>
      findingOf('clock', {
        router: async () => ({
          reply: { ok: true, value: report() },
          sentMs: 1_000_000 + skewMs,
          gotMs: 1_000_000 + skewMs + tookMs,
        }),
      });
    expect(await at(0, 100)).toMatchObject({ verdict: 'good', fact: 'right, to 0.1 s' });
    expect(await at(-1_000, 2_000)).toMatchObject({ verdict: 'good', fact: 'right, to 1.0 s' });
    expect(await at(5_000, 0)).toMatchObject({ verdict: 'good', fact: '5.0 s ahead' });
    expect(await at(-180_000, 0)).toMatchObject({ verdict: 'warn', fact: '3 min behind' });
    const down = {
      ok: false,
      failure: { code: 'unreachable', message: 'The router cannot be reached.', status: null },
    } as const;
    expect(await findingOf('clock', { router: async () => ({ reply: down, sentMs: 0, gotMs: 0 }) })).toMatchObject({
      verdict: 'unmeasured',
    });
    expect(await findingOf('router', { router: async () => ({ reply: down, sentMs: 0, gotMs: 0 }) })).toMatchObject({
      verdict: 'warn',
      title: 'The router cannot be reached',
      advice: 'What is saved opens without it.',
    });
  });

  it('[TR24] tells of each provider how it was; one that nobody asked is not measured', async () => {
    const north = { name: 'north', state: 'callable' as const, answered_at_ms: 1, first_token_p50_ms: 640, calls: 3 };
    const south = { ...north, name: 'south', answered_at_ms: null, first_token_p50_ms: null, calls: 0 };
    const of = (changes: Partial<PreflightReport>): Promise<Finding> =>
      findingOf('router', {
        router: async () => ({ reply: { ok: true, value: report(changes) }, sentMs: 0, gotMs: 0 }),
      });
    expect(await of({ deployments: [north, { ...north, name: 'south' }] })).toMatchObject({
      verdict: 'good',
      title: 'Both providers answer',
      fact: '0.7 s and 0.7 s',
    });
    expect(await of({ deployments: [north, south] })).toMatchObject({
      verdict: 'unmeasured',
      fact: '1 of 2 measured',
      advice: 'First word from north after 0.7 s. The other was not asked in the last 24 h.',
    });
    expect(await of({ deployments: [north, south, south, { ...north, name: 'west' }] })).toMatchObject({
      fact: '2 of 4 measured',
      advice: 'First word from north, west after 0.7 s and 0.7 s. The others were not asked in the last 24 h.',
    });
    expect(await of({ deployments: [south] })).toMatchObject({ verdict: 'unmeasured' });
    expect(await of({ deployments: [north, { ...south, state: 'cooling' }] })).toMatchObject({
      verdict: 'warn',
      title: 'south is out',
    });
    expect(await of({ ready: false, reasons: ['No deployment of `app/chat` can be called now.'] })).toMatchObject({
      verdict: 'warn',
      advice: 'No deployment of app/chat can be called now.',
    });
  });
});

describe('a rehearsal', () => {
  const items = ['a', 'b', 'c'].map((id) => ({ id, feature: 'chat', prompt: `What is ${id}?` }));

  it('[TR32] passes only what comes whole from this device and within a second, with the network cut', async () => {
    const stage = openStage();
    stage.answers = [saved({ ms: 7 }), saved({ ms: 1_001 }), saved({ source: 'router-cache' })];
    expect(await stage.walk(items)).toEqual({ kind: 'walked' });
    expect([...stage.results].map(([id, result]) => [id, result.kind])).toEqual([
      ['a', 'passed'],
      ['b', 'failed'],
      ['c', 'failed'],
    ]);
    stage.answers = [
      saved({ whole: false }),
      { kind: 'failed', code: 'offline', message: 'Gone.', status: 503, retryAfterMs: null },
    ];
    await stage.walk(items.slice(0, 2));
    expect(stage.results.get('b')).toEqual({ kind: 'failed', why: 'No answer: Gone.' });
    expect(stage.results.get('a')).toMatchObject({ kind: 'failed' });
    expect(stage.cuts).toEqual([true, false, true, false]);
  });

  it('[TR33] gives the network back at its end, when it is left, and when it could not be cut, and then proves nothing', async () => {
    const stage = openStage();
    stage.cutsLate = null;
    expect(await stage.walk(items)).toEqual({ kind: 'not-cut' });
    expect([stage.results.size, stage.cuts]).toEqual([0, [true, false]]);
    stage.cutsLate = 100;
    const leave = new AbortController();
    stage.onAsk = () => leave.abort();
    expect(await stage.walk(items, leave.signal)).toEqual({ kind: 'left' });
    expect([stage.results.size, stage.cuts.at(-1)]).toEqual([1, false]);
    stage.onAsk = () => (stage.isCut = false);
    expect(await stage.walk(items)).toEqual({ kind: 'not-cut' });
    stage.onAsk = () => {
      throw new Error('broken');
    };
    await expect(stage.walk(items)).rejects.toThrow('broken');
    expect(stage.cuts.at(-1)).toBe(false);
  });
});

function saved(changes: Partial<Extract<Asked, { kind: 'answered' }>>): Asked {
  return { kind: 'answered', whole: true, source: 'saved', costUsd: null, ms: 3, ...changes };
}

/** A network that is cut a moment after it is asked for. */
function openStage() {
  const clock = fakeClock();
  const stage = {
    answers: [] as Asked[],
    results: new Map<string, Result>(),
    cuts: [] as boolean[],
    /** Milliseconds until it is cut; null for never. */
    cutsLate: 100 as number | null,
    isCut: false,
    onAsk: (): void => undefined,
    async walk(
      of: { id: string; feature: string; prompt: string }[],
      signal = new AbortController().signal,
    ): Promise<RehearsalEnd> {
      let over = false;
      const work = rehearse(
        of,
        {
          clock,
          cut(on) {
            stage.cuts.push(on);
            if (!on) stage.isCut = false;
            else if (stage.cutsLate !== null) clock.after(stage.cutsLate, () => (stage.isCut = true));
          },
          isCut: () => stage.isCut,
          async ask() {
            stage.onAsk();
            return stage.answers.shift() ?? saved({});
          },
        },
        { tell: (id, result) => void stage.results.set(id, result), signal },
      ).finally(() => (over = true));
      work.catch((failure: unknown) => void failure);
      while (!over) await clock.advance(50);
      return work;
    },
  };
  return stage;
}

async function findingOf(id: string, changes: Partial<PreflightParts>): Promise<Finding> {
  const found = new Map<string, Finding | null>();
  await runChecks(
    fine(changes),
    { tell: (check) => void found.set(check.id, check.finding) },
    new AbortController().signal,
  );
  const finding = found.get(id);
  if (finding == null) throw new Error(`\`${id}\` was not looked at.`);
  return finding;
}

function report(changes: Partial<PreflightReport> = {}): PreflightReport {
  const deployment = {
    name: 'north',
    state: 'callable' as const,
    answered_at_ms: 1,
    first_token_p50_ms: 600,
    calls: 3,
  };
  return { now_ms: 1_000_000, ready: true, reasons: [], deployments: [deployment], ...changes };
}

/** A device on which all is well. */
function fine(changes: Partial<PreflightParts> = {}): PreflightParts {
  return {
    clock: fakeClock(),
    shell: async () => ({ files: 41, missing: 0 }),
    worker: async () => ({ kind: 'in-charge', updateWaits: false }),
    persisted: async () => true,
    answers: async () => ({
      of: 3,
      ready: 3,
      stale: 0,
      beforeDemo: true,
      refreshHelps: true,
      freshUntil: 'Tue 24 Nov, 18:00',
    }),
    key: async () => 'opens',
    router: async () => ({ reply: { ok: true, value: report() }, sentMs: 1_000_000, gotMs: 1_000_000 }),
    told: async () => ({ lastAnswer: '14:33', waiting: 0, oldestMs: 0 }),
    ...changes,
  };
}
