import { describe, expect, it } from 'vitest';
import { signal } from '@preact/signals';
import type { AnswerRow, OutboxRow } from '#device/rows.ts';
import { createOutbox, type Outbox } from '../../src/app/outbox.ts';
import { createToasts, type Toasts } from '../../src/app/toasts.ts';
import { tellEntry } from '../../src/waiting/entry-words.ts';
import { entryOf, type Entry } from '../../src/waiting/entry.ts';
import type { HeldAsk } from '../../src/waiting/held-asks.ts';
import { groupOf } from '../../src/waiting/waiting-view.tsx';
import { cancelAsk, discardAsk, editAsk, moveAsk, wishToHear, type Verbs } from '../../src/waiting/verbs.ts';
import { fakeClock, type FakeClock } from '../fakes/clock.ts';
import { fakeStorage, type FakeStorage } from '../fakes/page/storage.ts';

const NOW = new Date(2026, 10, 20, 15, 2).getTime();
const MIN = 60_000;

function row(askId: string, state: OutboxRow['state'], changes: Partial<OutboxRow> = {}): OutboxRow {
  return {
    askId,
    key: askId,
    path: '/ai',
    body: '{}',
    feature: 'chat',
    question: `Question ${askId}?`,
    askedAtMs: NOW - 12 * MIN,
    queuedAtMs: NOW - 12 * MIN,
    network: 'offline',
    simulated: false,
    notBeforeMs: 0,
    tries: 0,
    order: 1,
    state,
    ...changes,
  };
}

const held = (entry: OutboxRow): HeldAsk => ({ row: entry, begun: null, conversationId: 'c1' });
const queued = { kind: 'queued' } as const;
const answered = { kind: 'answered', atMs: NOW, what: 'whole' } as const;

/** Every state an entry can be in, and how it reads. */
const TABLE: [string, Entry, string][] = [
  ['a draft', { kind: 'draft', atMs: NOW - 3 * MIN }, 'Draft. Typed 3 min ago, not asked yet.'],
  [
    'waiting',
    entryOf(row('a', queued), null, ['a', 'b']),
    'Waiting to be sent, first in line. It goes by itself, even if you close this page.',
  ],
  [
    'waiting because nobody answered, its next try later',
    entryOf(row('a', queued, { network: 'router', notBeforeMs: NOW + 3 * MIN }), null, ['b', 'a']),
    'Waiting to be sent, second in line. The router is there, but gave no answer. The next try is at 15:05. ' +
      'It goes by itself, even if you close this page.',
  ],
  [
    'waiting, place unknown',
    entryOf(row('a', queued), null, []),
    'Waiting to be sent. It goes by itself, even if you close this page.',
  ],
  [
    'waiting, to be told',
    entryOf(row('a', queued, { notify: 'c1' }), null, ['a']),
    'Waiting to be sent, first in line. It goes by itself, even if you close this page. You will be told when it is answered.',
  ],
  [
    'being sent',
    entryOf(row('a', { kind: 'sending', untilMs: 0 }), null, []),
    'Being sent. The answer will stand in its conversation.',
  ],
  [
    'resuming',
    entryOf(row('a', { kind: 'sending', untilMs: 0 }), begun('one two three', true), []),
    'Resuming after word 3. The line broke; the rest is being fetched.',
  ],
  ['answered', entryOf(row('a', answered), null, []), 'Answered at 15:02, after 12 min offline.'],
  [
    'answered in part',
    entryOf(row('a', { ...answered, what: 'partial' }, { network: 'slow' }), null, []),
    'Part of it came at 15:02, after 12 min on a slow line. Open it to see why.',
  ],
  [
    'answered by nobody',
    entryOf(row('a', { ...answered, what: 'problem' }), null, []),
    'No answer at 15:02, after 12 min offline. Open it to see why.',
  ],
  [
    'refused',
    entryOf(row('a', { kind: 'refused', code: 'too_large', message: 'Over 4,000 tokens.', status: 413 }), null, []),
    'Refused. Over 4,000 tokens. It stays here until you edit or discard it.',
  ],
  [
    'in need of a sign-in',
    entryOf(row('a', { kind: 'needs-sign-in' }), null, []),
    'Needs you to sign in. Your session has ended. Open a sign-in link in this browser, and it goes by itself.',
  ],
  [
    'expired',
    entryOf(row('a', { kind: 'expired' }), null, []),
    'Expired. It waited too long to be sent unasked. Ask again, or discard it.',
  ],
  [
    'cancelled',
    entryOf(row('a', { kind: 'cancelled', untilMs: 0 }), null, []),
    'Cancelled. It was taken out of the line.',
  ],
];

function begun(text: string, resuming: boolean): AnswerRow {
  const state = { kind: 'open', text, resuming } as const;
  return { askId: 'a', feature: 'chat', askedAtMs: 0, updatedAtMs: 0, state };
}

interface Hand {
  models: Verbs;
  clock: FakeClock;
  outbox: Outbox;
  toasts: Toasts;
  told: string[];
  fake: FakeStorage;
  shown: string[];
}

function hand(changes: Parameters<typeof fakeStorage>[0] = {}): Hand {
  const clock = fakeClock(NOW);
  const fake = fakeStorage(changes);
  const told: string[] = [];
  const shown: string[] = [];
  const toasts = createToasts(clock);
  const outbox = createOutbox({
    storage: fake.storage,
    line: { waiting: signal(0) },
    tell: (message) => told.push('askId' in message ? `${message.type} ${message.askId ?? ''}` : message.type),
  });
  const draft = signal('half a thought');
  const talk = {
    conversationId: signal<string | null>('c1'),
    draft,
    show: (id: string | null) => void shown.push(`show ${id ?? 'none'}`),
    type: (text: string) => void (draft.value = text),
  } as unknown as Verbs['talk'];
  return { models: { clock, outbox, storage: fake.storage, talk, toasts }, clock, outbox, toasts, told, fake, shown };
}

describe('an entry', () => {
  it.each(TABLE)('[G80] %s: one state, a mark, its words', (_name, entry, words) => {
    const { what, more, mark } = tellEntry(entry, NOW);
    expect(`${what} ${more}`).toBe(words);
    expect(mark).not.toBe('');
  });

  it('[G80] stands with what the person decides, what they have not seen, or in the line, and a cancelled one nowhere', () => {
    const groups = groupOf(
      [
        row('a', queued),
        row('b', { kind: 'expired' }),
        row('c', answered),
        row('d', { kind: 'cancelled', untilMs: 0 }),
        row('e', { kind: 'sending', untilMs: 0 }),
        row('f', { kind: 'needs-sign-in' }),
        row('g', queued),
      ].map(held),
    );
    const ids = (group: HeldAsk[]): string => group.map(({ row: { askId } }) => askId).join('');
    expect([ids(groups.needsYou), ids(groups.answered), ids(groups.inLine)]).toEqual(['bf', 'c', 'aeg']);
    expect(groups.inLine.map(({ entry }) => (entry.kind === 'queued' ? entry.place : entry.kind))).toEqual([
      1,
      'sending',
      2,
    ]);
  });
});

describe('the count', () => {
  it('[G81] is of what waits and of what was answered and not seen; a cancelled one is neither', () => {
    const { outbox, fake } = hand();
    fake.tellHeld([row('a', queued), row('b', answered), row('c', { kind: 'cancelled', untilMs: 0 })].map(held));
    expect([outbox.waiting.value, outbox.answered.value]).toEqual([1, 1]);
    expect(outbox.rows.value?.map(({ askId }) => askId)).toEqual(['a', 'b']);
  });
});

describe('by hand', () => {
  it('[G82] cancelled, it is stopped only when the message is gone', async () => {
    const { models, clock, told, toasts, fake } = hand();
    await cancelAsk(models, 'a');
    expect(fake.log).toEqual(['cancel a']);
    expect(toasts.current.value).toMatchObject({ text: 'Ask cancelled.', action: { word: 'Undo' } });
    expect(told).toEqual([]);
    await clock.advance(8_000);
    expect(told).toEqual(['stop a']);
  });

  it('[G82] undone, it was never stopped', async () => {
    const { models, clock, told, toasts, fake } = hand();
    await cancelAsk(models, 'a');
    toasts.act();
    await clock.advance(60_000);
    expect(fake.log).toEqual(['cancel a', 'undo a']);
    expect(told).toEqual(['replay']);
  });

  it('[G82] the message stays under pointer or focus, and a second cancel ends the first', async () => {
    const { models, clock, told, toasts } = hand();
    await cancelAsk(models, 'a');
    toasts.hold(true);
    await clock.advance(60_000);
    expect(told).toEqual([]);
    await cancelAsk(models, 'b');
    expect(told).toEqual(['stop a']);
    toasts.close();
    expect(told).toEqual(['stop a', 'stop b']);
    expect(clock.timers()).toBe(0);
  });

  it('[G82] what is being sent is stopped at once', async () => {
    const { models, told, toasts } = hand({ steering: { cancel: async () => false } });
    await cancelAsk(models, 'a');
    expect(told).toEqual(['stop a']);
    expect(toasts.current.value?.action).toBeUndefined();
  });

  it('[G82] what had its last answer is discarded, and comes back', async () => {
    const { models, toasts, fake, told } = hand();
    await discardAsk(models, 'a');
    toasts.act();
    expect(fake.log).toEqual(['discard a', 'put back']);
    expect(told).toEqual([]);
  });

  it('[G83] a move says where it stands now, and one that was none says nothing', async () => {
    const { models, outbox } = hand({ steering: { move: async (_id, by) => (by === 1 ? ['b', 'a', 'c'] : null) } });
    await moveAsk(models, 'a', 1);
    expect(outbox.news.value).toBe('Moved to place 2 of 3.');
    outbox.news.value = '';
    await moveAsk(models, 'a', -1);
    expect(outbox.news.value).toBe('');
  });

  it('[G84] the browser is asked for its leave on the press only; refused, nothing is promised', async () => {
    const { models, fake, outbox, toasts } = hand();
    const asked = { askId: 'a', question: 'Why?', conversationId: 'c1' };
    await wishToHear(models, asked, async () => false);
    expect(fake.log).toEqual([]);
    expect(toasts.current.value?.text).toContain('may not tell you');
    await wishToHear(models, asked, async () => true);
    expect(outbox.news.value).toBe('You will be told when it is answered.');
    await wishToHear(models, asked, null);
    expect(fake.log).toEqual(['wish a c1', 'wish a none']);
  });

  it('[G28] [G85] edited, what had been typed can be brought back', async () => {
    const { models, toasts, told } = hand();
    await editAsk(models, { askId: 'a', question: 'Why?', conversationId: 'c1' }, () => undefined);
    expect(models.talk.draft.value).toBe('Why?');
    expect(told).toEqual(['stop a']);
    expect(toasts.current.value?.stays).toBe(true);
    toasts.act();
    expect(models.talk.draft.value).toBe('half a thought');
  });

  it.each([
    ['waiting without a line', queued, {}, 'edited-unsent'],
    ['past its time, never tried', { kind: 'expired' } as const, {}, 'edited-unsent'],
    ['tried on a slow line', queued, { network: 'slow', tries: 1 } as const, 'edited'],
    ['refused', { kind: 'refused', status: 400, code: 'too_large', message: 'No.' } as const, {}, 'edited'],
  ])('[G85] edited while %s, its old turn knows whether it was sent', async (_name, state, changes, why) => {
    const { models, outbox, fake } = hand();
    fake.tellHeld([held(row('a', state, changes))]);
    await editAsk(models, { askId: 'a', question: 'Why?', conversationId: 'c1' }, () => undefined);
    expect(outbox.cancelled.value.get('a')).toBe(why);
  });

  it('[G28] edited in another conversation, its draft is looked up there', async () => {
    const { models, toasts, fake, shown } = hand();
    fake.drafts.set('c2', 'and also');
    await editAsk(models, { askId: 'a', question: 'Why?', conversationId: 'c2' }, (path) => void shown.push(path));
    expect(shown).toEqual(['show c2', '/c/c2']);
    toasts.act();
    expect(models.talk.draft.value).toBe('and also');
  });
});
