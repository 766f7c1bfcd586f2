import { describe, expect, it } from 'vitest';
import type { Pack, PackItem } from '#device/pack.ts';
import type { AskAhead, Asked } from '../../src/travel/ask-ahead.ts';
import { runPack, type RunEnd, type RunParts } from '../../src/travel/pack-run.ts';
import { fakeClock } from '../fakes/clock.ts';
import { seededRandom } from '../fakes/random.ts';

describe('getting a pack ready', () => {
  it('[TR7] asks each prompt once, two at a time, and adds up what it cost', async () => {
    const run = openRun(5);
    expect(await run.go()).toEqual({ kind: 'done' });
    expect(run.asked.map(({ prompt }) => prompt)).toEqual(['Prompt 0', 'Prompt 1', 'Prompt 2', 'Prompt 3', 'Prompt 4']);
    expect(run.most).toBe(2);
    expect(run.pack.items.every(({ work, trouble }) => work === null && trouble === null)).toBe(true);
    expect(run.pack.spent).toEqual({ nanoUsd: 500, unknown: 0, asks: 5 });
  });

  it('[TR8] keeps the id of an ask on the disk before it is sent, and sends the same one again until it is answered', async () => {
    const run = openRun(1);
    run.answers = [failed({ code: 'stream_incomplete', status: 200 }), failed({ code: 'providers_down', status: 503 })];
    run.onAsk = (ask) => expect(run.pack.items[0]?.work?.askId).toBe(ask.askId);
    await run.go();
    expect(run.pack.items[0]?.trouble?.code).toBe('stream_incomplete');
    await run.go();
    await run.go();
    expect(new Set(run.asked.map(({ askId }) => askId)).size).toBe(1);
    expect(run.pack.items[0]).toMatchObject({ work: null, trouble: null });
  });

  it('[TR8] a final refusal, other instructions or a refresh are another ask', async () => {
    const run = openRun(1);
    run.answers = [failed({ code: 'too_large', status: 413 }), failed({ code: 'providers_down', status: 503 })];
    await run.go();
    expect(run.pack.items[0]).toMatchObject({ work: null, trouble: { code: 'too_large', message: 'It failed.' } });
    await run.go();
    await run.go({ key: 'other' });
    await run.go({ refresh: true });
    expect(new Set(run.asked.map(({ askId }) => askId)).size).toBe(4);
    expect(run.asked.map(({ refresh }) => refresh)).toEqual([false, false, false, true]);
  });

  it('[TR9] a pause sends nothing more and lets what is on its way come in', async () => {
    const run = openRun(4);
    const abort = new AbortController();
    run.onAsk = () => abort.abort();
    expect(await run.go({}, abort.signal)).toEqual({ kind: 'paused', why: null });
    expect(run.asked).toHaveLength(2);
    expect(run.pack.spent.asks).toBe(2);
  });

  it.each(['offline', 'unreachable', 'portal', 'signed_out', 'budget_spent'])(
    '[TR9] `%s` pauses the run with its reason, and nothing is held against the prompt',
    async (code) => {
      const run = openRun(6);
      run.answers = [failed({ code, status: 503 })];
      expect(await run.go()).toMatchObject({ kind: 'paused', why: expect.stringMatching(/\.$/) as string });
      expect(run.asked.length).toBeLessThanOrEqual(2);
      expect(run.pack.items.every(({ trouble }) => trouble === null)).toBe(true);
      expect(run.pack.items[0]?.work).not.toBeNull();
    },
  );

  it('[TR9] an ask that comes too fast waits as long as it is told', async () => {
    const run = openRun(1);
    run.answers = [failed({ code: 'too_many_asks', status: 429, retryAfterMs: 7_000 })];
    const beganMs = run.clock.now();
    expect(await run.go()).toEqual({ kind: 'done' });
    expect(run.clock.now() - beganMs).toBeGreaterThanOrEqual(7_000);
    expect(run.asked).toHaveLength(2);
    expect(run.pack.items[0]?.trouble).toBeNull();
  });

  it('[TR4] an answer that is not kept is said so, with what it cost', async () => {
    const run = openRun(2);
    run.keeps = false;
    run.answers = [answered({ whole: false }), answered({ costUsd: null })];
    await run.go();
    expect(run.pack.items[0]?.trouble).toMatchObject({
      code: 'not-kept',
      message: expect.stringContaining('not to its end') as string,
    });
    expect(run.pack.items[1]?.trouble).toMatchObject({ message: expect.stringContaining('looks personal') as string });
    expect(run.pack.spent).toEqual({ nanoUsd: 100, unknown: 1, asks: 2 });
  });
});

function answered(changes: Partial<Extract<Asked, { kind: 'answered' }>> = {}): Asked {
  return { kind: 'answered', whole: true, source: 'provider', costUsd: '0.000000100', ms: 5, ...changes };
}

function failed(changes: Partial<Extract<Asked, { kind: 'failed' }>>): Asked {
  return { kind: 'failed', code: 'x', message: 'It failed.', status: 500, retryAfterMs: null, ...changes };
}

/** A pack of so many prompts, and a router of which a test decides how it answers. */
function openRun(count: number) {
  const clock = fakeClock();
  const items = Array.from({ length: count }, (_, at): PackItem => ({
    id: `i${at}`,
    feature: 'chat',
    prompt: `Prompt ${at}`,
    work: null,
    trouble: null,
    importedAtMs: null,
  }));
  const saved = new Map<string, number>();
  let onWay = 0;
  const run = {
    clock,
    asked: [] as AskAhead[],
    /** Most that were on their way together. */
    most: 0,
    answers: [] as Asked[],
    keeps: true,
    onAsk: (_ask: AskAhead): void => undefined,
    pack: {
      id: 'p',
      name: 'Demo',
      demoAtMs: null,
      items,
      spent: { nanoUsd: 0, unknown: 0, asks: 0 },
      expectedNanoUsd: null,
      rehearsed: null,
      createdAtMs: 0,
    } as Pack,
    async go(how: { key?: string; refresh?: boolean } = {}, signal = new AbortController().signal): Promise<RunEnd> {
      const wanted = run.pack.items.map((item) => ({
        item,
        key: how.key ?? `k-${item.id}`,
        refresh: how.refresh ?? false,
      }));
      let end: RunEnd | null = null;
      const work = runPack(wanted, parts, signal).then((done) => (end = done));
      while (end === null) await clock.advance(100);
      return work;
    },
  };
  const parts: RunParts = {
    clock,
    random: seededRandom(3),
    async ask(ask) {
      run.asked.push(ask);
      run.most = Math.max(run.most, ++onWay);
      run.onAsk(ask);
      const answer = run.answers.shift() ?? answered();
      await new Promise<void>((resolve) => void clock.after(50, resolve));
      onWay -= 1;
      const item = run.pack.items.find(({ prompt }) => prompt === ask.prompt);
      if (answer.kind === 'answered' && run.keeps && item?.work != null) saved.set(item.work.key, clock.now());
      return answer;
    },
    savedAt: async (key) => saved.get(key) ?? null,
    change: async (change) => void (run.pack = change(run.pack)),
    asking: () => undefined,
  };
  return run;
}
