import { describe, expect, it } from 'vitest';
import type { Provenance } from '#shared/answer.ts';
import type { Step } from '#device/rows.ts';
import type { AnswerView } from '../../src/ask/answer-view.ts';
import { sinceWords, tellTimeline } from '../../src/ask/timeline.ts';

const step = (what: Step['what'], atMs: number, note: string | null = null): Step => ({ what, atMs, note });

function whole(from: Partial<Provenance> = {}): Extract<AnswerView, { kind: 'whole' }> {
  return {
    kind: 'whole',
    text: 'Words.',
    finishReason: 'stop',
    provenance: {
      id: 'a',
      source: 'provider',
      provider: 'south',
      model: 'large',
      attempts: 2,
      hops: 1,
      cost_usd: '0.009431000',
      cost_estimated: false,
      degraded: [],
      age_seconds: 0,
      first_token_ms: 2_414,
      demo: false,
      ...from,
    },
    network: 'ok',
    waitedMs: 0,
    firstTokenMs: 2_530,
    totalMs: 6_981,
    atMs: 1,
    fresh: null,
  };
}

const LIVE: Step[] = [
  step('worker-started', -84),
  step('keyed', 2),
  step('looked-up', 3, 'none'),
  step('tried', 4, 'ok'),
  step('first-token', 2_530),
  step('ended', 6_981, 'stop'),
  step('kept', 6_981),
];

describe('what happened to an ask', () => {
  it('[G90] is told step by step, each at its time, none better than it was', () => {
    const { moments, summary, missing } = tellTimeline(LIVE, whole());
    expect(moments.map(({ at, what }) => `${at}: ${what}`)).toEqual([
      'before: The worker woke up',
      '0.00 s: Asked',
      '0.01 s: Its key was made',
      '0.01 s: Nothing was saved for it',
      '0.01 s: Sent to the router',
      '2.53 s: First word',
      '6.99 s: Whole',
      '6.99 s: Kept on this device',
    ]);
    expect(summary).toBe('6.99 s in all: 2.53 s waiting for words, 4.46 s of words arriving.');
    expect(missing).toEqual([]);
  });

  it('[G90] has the router’s own figures beside it', () => {
    expect(tellTimeline(LIVE, whole()).router).toEqual([
      { name: 'Answered by', value: 'south' },
      { name: 'Model', value: 'large' },
      { name: 'First token, at the router', value: '2.42 s' },
      { name: 'Calls to providers', value: '2' },
      { name: 'Moved on to another', value: '1 time' },
      { name: 'Cost', value: '$0.009431' },
    ]);
  });

  it('[G90] of a saved answer tells neither calls nor cost: those were of an earlier ask', () => {
    const saved = whole({ source: 'saved', age_seconds: 3 * 3600, hops: 0, first_token_ms: null });
    const steps = [step('looked-up', 3, 'found'), step('tried', 4, 'offline'), step('saved-given', 9, 'offline')];
    const { moments, router, missing } = tellTimeline([...steps, step('ended', 30, 'stop')], saved);
    expect(router.map(({ name }) => name)).toEqual(['Answered by', 'Model', 'Age']);
    expect(moments.map(({ what, more }) => `${what}. ${more}`.trim())).toEqual([
      'Asked.',
      'A saved answer was found. It is given if the network brings nothing in time.',
      'Sent to the router. There was no network.',
      'The saved answer was given. There was no network.',
      'Whole.',
    ]);
    expect(missing).toEqual([]);
  });

  it('[G90] of one that waited and was cut says where the time went', () => {
    const steps = [
      step('queued', 1_000, 'offline'),
      step('sent', 721_000),
      step('tried', 721_010, 'ok'),
      step('first-token', 721_500),
      step('cut', 723_000),
      step('resumed', 724_000),
      step('ended', 726_000, 'stop'),
      step('kept', 726_000),
    ];
    const { stretches, cutsMs, summary, totalMs } = tellTimeline(steps, whole());
    expect(stretches.map(({ kind, fromMs, toMs }) => `${kind} ${toMs - fromMs}`)).toEqual([
      'waiting 1000',
      'in-line 720000',
      'waiting 500',
      'arriving 1500',
      'waiting 1000',
      'arriving 2000',
    ]);
    expect(cutsMs).toEqual([723_000]);
    expect(totalMs).toBe(726_000);
    expect(summary).toBe(
      '13 min in all: 12 min in the line, 2.50 s waiting for words, 3.50 s of words arriving. The line broke once.',
    );
  });

  it('[G90] says what nobody noted', () => {
    expect(tellTimeline(null, whole()).missing).toEqual(['What happened on this device was not noted.']);
    expect(tellTimeline([step('keyed', 1)], whole()).missing).toEqual([
      'How it was sent was not noted.',
      'When the first word came was not noted.',
      'Its end was not noted: whoever wrote it down was gone by then.',
    ]);
    const tried = tellTimeline([step('tried', 1)], { kind: 'failed', code: 'offline', message: 'No line.' });
    expect(tried.moments.at(-1)?.more).toBe('How that went was not noted.');
    expect(tried.missing).toEqual(['Its end was not noted: whoever wrote it down was gone by then.']);
    expect(tried.router).toEqual([]);
  });

  it('[G90] every kind of end and of try has its words', () => {
    const ends = ['stop', 'tool_calls', 'length', 'content_filter', 'cancelled', 'timeout', null];
    const words = ends.map((note) => tellTimeline([step('ended', 1, note)], whole()).moments.at(-1));
    expect(words.map((moment) => moment?.what)).toEqual([
      'Whole',
      'Whole',
      'Cut at its length limit',
      'Cut by the provider’s content filter',
      'Stopped by you',
      'Ended without being whole',
      'Ended without being whole',
    ]);
    expect(words[5]?.more).toBe('Its code is timeout.');
    const second = tellTimeline([step('tried', 1, 'slow'), step('tried', 2, 'stopped')], whole()).moments;
    expect(second.slice(1).map(({ what, more }) => `${what}. ${more}`)).toEqual([
      'Sent to the router. The line gave no first word in time.',
      'Sent to the router, try 2. It was given up.',
    ]);
  });

  it('[G12] a time is never rounded down', () => {
    expect([sinceWords(-1), sinceWords(0), sinceWords(411), sinceWords(9_991), sinceWords(12_001)]).toEqual([
      'before',
      '0.00 s',
      '0.42 s',
      '10.00 s',
      '13 s',
    ]);
  });
});
