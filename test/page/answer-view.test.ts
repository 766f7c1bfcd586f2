import { describe, expect, it } from 'vitest';
import type { Provenance } from '#shared/answer.ts';
import type { ToldTurn } from '#device/conversations.ts';
import type { AnswerRow, TurnRow } from '#device/rows.ts';
import { freshView, joinTurn, type AnswerView, type LiveAsk, type Queue } from '../../src/ask/answer-view.ts';

const turn: TurnRow = {
  id: '0193a000-0000-7000-8000-000000000001',
  conversationId: 'c1',
  position: 1,
  prompt: 'Why?',
  feature: 'default',
  askedAtMs: 1,
};
const provenance: Provenance = {
  id: turn.id,
  source: 'provider',
  provider: 'north',
  model: 'large',
  attempts: 1,
  hops: 0,
  cost_usd: null,
  cost_estimated: false,
  degraded: [],
  age_seconds: 0,
  first_token_ms: 1,
  demo: false,
};
const stored = (state: AnswerRow['state']): ToldTurn => ({
  turn,
  waiting: null,
  answer: { askId: turn.id, feature: 'default', state, askedAtMs: 1, updatedAtMs: 2 },
});
const whole: AnswerRow['state'] = {
  kind: 'whole',
  answer: {
    id: turn.id,
    model: 'app/chat',
    createdSeconds: 1,
    text: 'Because it is so.',
    toolCalls: [],
    finishReason: 'stop',
    usage: null,
    provenance,
  },
  network: 'ok',
  firstTokenMs: 1,
  totalMs: 2,
  waitedMs: 0,
  fresh: null,
};
const nothingWaits: Queue = { line: [], cancelled: new Map(), held: new Set() };
const arriving: AnswerView = {
  kind: 'arriving',
  text: 'Because it',
  arrival: { source: 'provider', provider: 'north', model: 'large', ageSeconds: 0, hops: 0, network: 'ok' },
  firstWordMs: 1,
};
const live = (over: boolean, view: AnswerView = arriving): LiveAsk => ({ turn, view, over });

describe('a saved answer', () => {
  it('[G29] offers the live one that came later only if it says something else', () => {
    const freshOf = (text: string): string | null => {
      const told = stored({ ...whole, fresh: { ...whole.answer, text } });
      const view = joinTurn(told, null, nothingWaits)?.answer;
      return view?.kind === 'whole' ? (view.fresh?.text ?? null) : null;
    };
    expect(freshOf('Because it is so.')).toBeNull();
    expect(freshOf('Because it was so.')).toBe('Because it was so.');
  });
});

describe('an ask that this tab sent', () => {
  it('[G9] is shown as this tab has it while its stream runs', () => {
    expect(joinTurn(stored({ kind: 'open', text: 'Bec', resuming: false }), live(false), nothingWaits)?.answer).toBe(
      arriving,
    );
  });

  it('[G9] is shown as the device has it once its stream has ended', () => {
    expect(joinTurn(stored(whole), live(true), nothingWaits)?.answer).toMatchObject({
      kind: 'whole',
      text: 'Because it is so.',
    });
  });

  it('[G9] keeps what this tab saw when the device has not written the end', () => {
    const failed: AnswerView = { kind: 'failed', code: 'offline', message: 'No line.' };
    expect(
      joinTurn(stored({ kind: 'open', text: '', resuming: false }), live(true, failed), nothingWaits)?.answer,
    ).toBe(failed);
  });

  it('[G9] keeps its words while the worker picks up where the line broke', () => {
    const answer = joinTurn(stored({ kind: 'open', text: 'Bec', resuming: true }), live(false), nothingWaits)?.answer;
    expect(answer).toEqual({ kind: 'resuming', text: 'Because it' });
  });

  it('[G85] taken back to edit, it says so and whether it was sent; an answer that came before it stands', () => {
    const edited = (why: 'edited-unsent' | 'edited'): Queue => ({
      ...nothingWaits,
      cancelled: new Map([[turn.id, why]]),
    });
    const unanswered: ToldTurn = { turn, waiting: null, answer: null };
    const message = (queue: Queue): unknown => joinTurn(unanswered, null, queue)?.answer;
    expect(message(edited('edited-unsent'))).toEqual({ kind: 'failed', code: 'edited', message: 'It was not sent.' });
    expect(message(edited('edited'))).toMatchObject({ code: 'edited', message: 'It has no answer.' });
    expect(joinTurn(stored(whole), null, edited('edited'))?.answer.kind).toBe('whole');
  });

  it('asked in another tab, it is shown as the device has it', () => {
    expect(joinTurn(stored(whole), null, nothingWaits)?.answer.kind).toBe('whole');
    expect(joinTurn({ turn, answer: null, waiting: null }, null, nothingWaits)?.answer.kind).toBe('unsent');
  });
});

describe('a fresh answer that came after a saved one', () => {
  it('[G11] is shown with its own provenance, not as carried', () => {
    if (whole.kind !== 'whole') throw new Error('The sample is whole.');
    const saved = joinTurn(
      stored({
        ...whole,
        answer: { ...whole.answer, provenance: { ...provenance, source: 'saved' } },
        network: 'slow',
      }),
      null,
      nothingWaits,
    )?.answer;
    if (saved?.kind !== 'whole') throw new Error('It is shown whole.');
    expect(freshView(saved, { ...whole.answer, text: 'Because it is new.' })).toMatchObject({
      kind: 'whole',
      text: 'Because it is new.',
      provenance: { source: 'provider' },
      network: 'ok',
    });
  });
});
