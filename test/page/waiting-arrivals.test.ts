import { signal, type Signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { OutboxRow } from '#device/rows.ts';
import { createOutbox, type Outbox } from '../../src/app/outbox.ts';
import type { SessionState } from '../../src/app/session.ts';
import { createToasts, type Toasts } from '../../src/app/toasts.ts';
import type { AnswerView, TurnView } from '../../src/ask/answer-view.ts';
import { watchArrivals } from '../../src/waiting/arrivals.ts';
import { fakeClock, type FakeClock } from '../fakes/clock.ts';
import { fakeStorage, type FakeStorage } from '../fakes/page/storage.ts';

interface Watched {
  clock: FakeClock;
  fake: FakeStorage;
  outbox: Outbox;
  toasts: Toasts;
  turns: Signal<readonly TurnView[]>;
  conversation: Signal<string | null>;
  lookedAt: Signal<string | null>;
  session: Signal<SessionState>;
  /** Everything that was said aloud, in order. */
  said: string[];
  badges: number[];
  gone: string[];
}

function watched({ saidHere = false } = {}): Watched {
  const clock = fakeClock();
  const fake = fakeStorage();
  const toasts = createToasts(clock);
  const outbox = createOutbox({ storage: fake.storage, line: { waiting: signal(0) }, tell: () => undefined });
  const turns = signal<readonly TurnView[]>([]);
  const conversation = signal<string | null>('c1');
  const lookedAt = signal<string | null>('c1');
  const session = signal<SessionState>({ kind: 'opening' });
  const [said, badges, gone]: [string[], number[], string[]] = [[], [], []];
  watchArrivals({
    clock,
    outbox,
    session: { state: session },
    storage: fake.storage,
    talk: { conversationId: conversation, turns, saidHere: () => saidHere },
    toasts,
    lookedAt,
    go: (path) => void gone.push(path),
    setBadge: (count) => void badges.push(count),
  });
  outbox.news.subscribe((words) => void (words !== '' && said.push(words)));
  toasts.current.subscribe((toast) => void (toast !== null && said.push(toast.text)));
  return { clock, fake, outbox, toasts, turns, conversation, lookedAt, session, said, badges, gone };
}

function ask(askId: string, kind: 'queued' | 'answered', conversationId = 'c2') {
  const state: OutboxRow['state'] = kind === 'queued' ? { kind } : { kind, atMs: 1, what: 'whole' };
  const row: OutboxRow = {
    askId,
    key: askId,
    path: '/ai',
    body: '{}',
    feature: 'chat',
    question: `Question ${askId}?`,
    askedAtMs: 0,
    queuedAtMs: 0,
    network: 'offline',
    simulated: false,
    notBeforeMs: 0,
    tries: 0,
    order: 1,
    state,
  };
  return { row, begun: null, conversationId };
}

const turn = (id: string, answer: AnswerView): TurnView => ({
  id,
  prompt: `Question ${id}?`,
  feature: 'chat',
  askedAtMs: 0,
  answer,
  timeline: null,
});

const waits: AnswerView = { kind: 'waiting', entry: { kind: 'sending' } };
const whole = (fresh: string | null = null): AnswerView =>
  ({ kind: 'whole', text: 'Words.', fresh: fresh === null ? null : { text: fresh } }) as AnswerView;

describe('an answer that nobody waited for', () => {
  it('[G86] is told once, with the way to it, and those of a moment together', async () => {
    const { clock, fake, said, toasts, gone } = watched();
    fake.tellHeld([ask('a', 'queued'), ask('b', 'queued'), ask('c', 'queued')]);
    fake.tellHeld([ask('a', 'answered'), ask('b', 'queued'), ask('c', 'queued')]);
    await clock.advance(1_500);
    fake.tellHeld([ask('a', 'answered'), ask('b', 'queued'), ask('c', 'queued')]);
    await clock.advance(1_500);
    expect(said).toEqual(['An answer arrived: Question a?']);
    toasts.act();
    expect(gone).toEqual(['/c/c2']);
    fake.tellHeld([ask('a', 'answered'), ask('b', 'answered'), ask('c', 'queued')]);
    await clock.advance(500);
    fake.tellHeld([ask('a', 'answered'), ask('b', 'answered'), ask('c', 'answered')]);
    await clock.advance(1_500);
    expect(said.slice(1)).toEqual(['2 answers arrived.']);
    toasts.act();
    expect(gone).toEqual(['/c/c2', '/waiting']);
  });

  it('[G86] what was answered before the page was opened is counted, not told', async () => {
    const { clock, fake, said, outbox, badges } = watched();
    fake.tellHeld([ask('a', 'answered'), ask('b', 'queued')]);
    await clock.advance(5_000);
    expect(said).toEqual([]);
    expect(badges.at(-1)).toBe(2);
    expect([...outbox.newIn.value]).toEqual(['c2']);
  });

  it('[G87] is seen when its conversation is looked at, and not before', async () => {
    const { clock, fake, said, turns, lookedAt, conversation } = watched();
    lookedAt.value = null;
    turns.value = [turn('a', whole())];
    fake.tellHeld([ask('a', 'answered', 'c1'), ask('b', 'answered', 'c2')]);
    expect(fake.log).toEqual([]);
    lookedAt.value = 'c1';
    expect(fake.log).toEqual(['seen a']);
    fake.tellHeld([ask('b', 'answered', 'c2')]);
    conversation.value = lookedAt.value = 'c2';
    turns.value = [turn('b', whole())];
    expect(fake.log).toEqual(['seen a', 'seen b']);
    await clock.advance(5_000);
    expect(said).toEqual([]);
  });

  it('[G88] in the conversation on screen it is said once', () => {
    const { turns, said } = watched();
    turns.value = [turn('a', waits)];
    turns.value = [turn('a', { kind: 'resuming', text: 'Wor' })];
    turns.value = [turn('a', whole())];
    turns.value = [turn('a', whole())];
    expect(said).toEqual(['The answer is there: Question a?']);
  });

  it('[G88] a fresh answer beside a saved one is said once', () => {
    const { turns, said } = watched({ saidHere: true });
    turns.value = [turn('a', whole())];
    turns.value = [turn('a', whole('Newer.'))];
    turns.value = [turn('a', whole('Newer.')), turn('b', waits)];
    expect(said).toEqual(['A fresh answer arrived. The saved one still stands.']);
  });

  it('[G88] what this tab read itself, and what another conversation holds, is not said again', () => {
    const here = watched({ saidHere: true });
    here.turns.value = [turn('a', { kind: 'asked' })];
    here.turns.value = [turn('a', whole())];
    expect(here.said).toEqual([]);
    const { turns, conversation, said } = watched();
    turns.value = [turn('a', waits)];
    conversation.value = 'c2';
    turns.value = [turn('b', whole('Newer.'))];
    expect(said).toEqual([]);
  });

  it('[G89] somebody who signs in has what waited for it sent', () => {
    const { session, fake } = watched();
    expect(fake.log).toEqual([]);
    session.value = { kind: 'signed-out', message: 'Gone.' };
    expect(fake.log).toEqual([]);
    session.value = { kind: 'ready', policy: {} } as SessionState;
    expect(fake.log).toEqual(['signed in']);
  });
});
