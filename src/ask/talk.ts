import { batch, computed, effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals';
import { mintAskId } from '#shared/ask-id.ts';
import type { Clock, Random } from '#shared/clock.ts';
import type { Evidence } from '#shared/line.ts';
import type { ToldTurn } from '#device/conversations.ts';
import type { OutboxRow, TurnRow } from '#device/rows.ts';
import { ASK_PATH, askBody, type Api } from '../app/api.ts';
import type { Outbox } from '../app/outbox.ts';
import type { Storage, StorageState } from '../app/storage.ts';
import { lineOf } from '../waiting/entry.ts';
import { isRunning, joinTurn, type AnswerView, type LiveAsk, type TurnView } from './answer-view.ts';
import { createDraft, type AskedDraft } from './draft.ts';
import { evidenceOf, newsOf, stopped } from './ended.ts';
import { historyFor } from './history.ts';
import type { readAnswer } from './read-answer.ts';
import { sendOnceMore } from './send-once-more.ts';

/** How long an ask waits for the storage of this device to open, in milliseconds. After that it goes without being kept. */
const OPENING_MS = 3_000;

/** Of an ask whose request itself came to nothing. */
const UNREACHABLE = 'unreachable';

export interface TalkParts {
  api: Api;
  storage: Storage;
  outbox: Pick<Outbox, 'cancelled'>;
  clock: Clock;
  random: Random;
  /** Nobody is signed in: what is typed stays typed. */
  signedOut: () => boolean;
  /** Is told how each ask went, for the judgement of the line where no device module watches it. */
  witness: (evidence: Evidence) => Promise<void>;
  /** Tells whoever answers (worker, or this page's own modules) to stop an ask. */
  stopAsk: (askId: string) => void;
  /** Shows the conversation that the first question has just made. */
  onConversation: (id: string) => void;
}

/** The conversation on screen: its turns, what is typed, and what a person can do. */
export interface Talk {
  /** Null before the first question. */
  conversationId: ReadonlySignal<string | null>;
  turns: ReadonlySignal<readonly TurnView[]>;
  /** Whether the conversation is stored on this device; `looking` until that is known, and where nothing is stored. */
  found: ReadonlySignal<'looking' | 'there' | 'missing'>;
  /** The name of the conversation: the one given to it, else its first question. Null when it has neither. */
  title: ReadonlySignal<string | null>;
  draft: ReadonlySignal<string>;
  feature: Signal<string | null>;
  /** Whether it is what the page shows now. */
  onScreen: Signal<boolean>;
  /** What a screen reader is told, once. */
  news: ReadonlySignal<string>;
  /** Whether an answer is being written in this tab, in any conversation. */
  writing: ReadonlySignal<boolean>;
  /** Shows another conversation; streams of the one before go on. */
  show(conversationId: string | null): void;
  type(text: string): void;
  /** Sends what is typed, or these words in place of it: then what is typed stays. Nothing blank is sent. */
  ask(words?: string): Promise<void>;
  /** Whether the answer of this ask came through this tab, which has said so itself. */
  saidHere(askId: string): boolean;
  askAgain(turn: TurnView): Promise<void>;
  /** Whether this tab asked it itself, and so can show its answer though nothing of it is kept. */
  askedHere(askId: string): boolean;
  /** Sends a waiting ask again, under its key, and shows its answer here: in its conversation, else in one of its own. */
  resend(row: OutboxRow): Promise<void>;
  stop(turn: TurnView): void;
}

export function createTalk(parts: TalkParts): Talk {
  const { clock, random, storage } = parts;
  const conversationId = signal<string | null>(null);
  const told = signal<readonly ToldTurn[]>([]);
  const lives = signal<readonly Signal<LiveAsk>[]>([]);
  const found = signal<Talk['found']['value']>('looking');
  const draft = createDraft(conversationId, parts);
  const feature = signal<string | null>(null);
  const news = signal('');
  const running = new Map<string, AbortController>();
  const held = new Set<string>();

  const turns = computed(() => {
    for (const { turn, waiting } of told.value) if (waiting !== null) held.add(turn.id);
    const queue = { line: lineOf(storage.outbox.value ?? []), cancelled: parts.outbox.cancelled.value, held };
    const own = lives.value.filter((live) => live.value.turn.conversationId === conversationId.value);
    const liveOf = (id: string): LiveAsk | null => own.find((live) => live.value.turn.id === id)?.value ?? null;
    const stored = told.value.map((turn) => joinTurn(turn, liveOf(turn.turn.id), queue));
    const fresh = own
      .filter((live) => !told.value.some(({ turn }) => turn.id === live.value.turn.id))
      .map((live) => joinTurn(null, live.value, queue));
    return [...stored, ...fresh].filter((turn) => turn !== null);
  });

  // What is stored of the conversation on screen, followed for as long as it is there.
  effect(() => {
    const id = conversationId.value;
    const place = storage.state.value;
    if (id === null || place.kind !== 'open') return;
    return place.lists.conversation(id, (rows) => {
      batch(() => {
        told.value = rows;
        found.value = rows.length > 0 ? 'there' : 'missing';
      });
    });
  });

  /** Where things are kept. Who asks as soon as there is a field waits until that is known, for a while. */
  async function opened(): Promise<StorageState> {
    const stop: (() => void)[] = [];
    await new Promise<void>((resolve) => {
      stop.push(clock.after(OPENING_MS, resolve));
      stop.push(effect(() => void (storage.state.value.kind !== 'opening' && resolve())));
    });
    for (const each of stop) each();
    return storage.state.value;
  }

  /** True when the ask is kept with its question, and so goes on whatever ends. */
  async function keep(turn: TurnRow, body: string, typed: AskedDraft | null): Promise<boolean> {
    const place = await opened();
    if (place.kind !== 'open') return false;
    try {
      return await place.store.addTurn(turn, { path: ASK_PATH, body }, () => typed?.id() ?? null);
    } catch (cause) {
      // A full or broken storage costs the history, never the answer.
      console.warn('This question is not kept on this device.', cause);
      return false;
    }
  }

  /** `typed`: what is asked stood in the field. */
  async function send(prompt: string, { noCache, typed }: { noCache: boolean; typed: boolean }): Promise<void> {
    const before = untracked(() => turns.value);
    const askedAt = clock.monotonic();
    const first = conversationId.value === null;
    const turn: TurnRow = {
      id: mintAskId(clock, random),
      conversationId: conversationId.value ?? mintAskId(clock, random),
      position: before.length,
      prompt,
      feature: feature.value ?? '',
      askedAtMs: clock.now(),
    };
    const asked = first || typed ? draft.ask(conversationId.value) : null;
    const live = begin(turn);
    const messages = historyFor(before, prompt);
    const isKept = await keep(turn, askBody(messages), asked);
    asked?.over();
    // Whoever has gone on to another conversation meanwhile stays there.
    if (first && conversationId.value === turn.conversationId) parts.onConversation(turn.conversationId);
    await hear(live, { askId: turn.id, feature: feature.value, messages, noCache }, { askedAt, isKept });
  }

  /** An ask that this tab sends itself. */
  function begin(turn: TurnRow): Signal<LiveAsk> {
    const live = signal<LiveAsk>({ turn, view: { kind: 'asked' }, over: false });
    batch(() => {
      lives.value = [...lives.value, live];
      conversationId.value = turn.conversationId;
      news.value = 'Asked. The answer will stand below.';
    });
    return live;
  }

  /** Sends it, and shows its answer as it comes. One that is kept and did not go out goes by itself: until then it counts as asked. */
  async function hear(
    live: Signal<LiveAsk>,
    call: Parameters<Api['ask']>[0],
    { askedAt, isKept }: { askedAt: number; isKept: boolean },
  ): Promise<void> {
    const { turn } = live.value;
    const abort = new AbortController();
    running.set(turn.id, abort);
    const say = (view: AnswerView): void => {
      live.value = { turn, view, over: false };
    };
    const end = await answer(call, { clock, askedAt, onChange: say }, abort);
    running.delete(turn.id);
    if (isKept && end.kind === 'failed' && end.code === UNREACHABLE) {
      live.value = { turn, view: { kind: 'asked' }, over: true };
      return;
    }
    void parts.witness(evidenceOf(end, clock.now()));
    batch(() => {
      live.value = { turn, view: end, over: true };
      news.value = newsOf(end);
    });
  }

  async function answer(
    call: Parameters<Api['ask']>[0],
    reading: Parameters<typeof readAnswer>[1],
    abort: AbortController,
  ): Promise<AnswerView> {
    let soFar: AnswerView = { kind: 'asked' };
    try {
      const [response, { readAnswer }] = await Promise.all([
        sendOnceMore(() => parts.api.ask(call, abort.signal), abort.signal),
        import('../app/wire.ts'),
      ]);
      const end = await readAnswer(response, {
        ...reading,
        onChange(view) {
          soFar = view;
          reading.onChange(view);
        },
      });
      return abort.signal.aborted ? stopped(soFar) : end;
    } catch (cause) {
      if (abort.signal.aborted) return stopped(soFar);
      const message = cause instanceof Error ? `It did not go out: ${cause.message}.` : 'It did not go out.';
      return { kind: 'failed', code: UNREACHABLE, message };
    }
  }

  return {
    conversationId,
    turns,
    found,
    title: computed(
      () =>
        storage.conversations.value.find(({ id }) => id === conversationId.value)?.title ??
        turns.value[0]?.prompt ??
        null,
    ),
    onScreen: signal(false),
    draft: draft.text,
    feature,
    news,
    writing: computed(() => lives.value.some((live) => !live.value.over)),
    type: draft.type,
    show(id) {
      if (id === conversationId.value) return;
      batch(() => {
        conversationId.value = id;
        told.value = [];
        found.value = 'looking';
        draft.text.value = '';
      });
    },
    async ask(words) {
      const prompt = (words ?? draft.text.value).trim();
      if (prompt === '') return;
      if (parts.signedOut()) {
        news.value = 'You are signed out. What you typed is kept.';
        return;
      }
      if (words === undefined) draft.text.value = '';
      await send(prompt, { noCache: false, typed: words === undefined });
    },
    saidHere: (askId) => {
      const live = lives.value.find(({ value }) => value.turn.id === askId)?.value;
      return live !== undefined && live.view.kind !== 'waiting';
    },
    askAgain: (turn) => send(turn.prompt, { noCache: true, typed: false }),
    askedHere: (askId) => lives.value.some(({ value }) => value.turn.id === askId),
    async resend({ askId, feature, question, askedAtMs, body }) {
      if (running.has(askId)) return;
      const known = lives.value.find(({ value }) => value.turn.id === askId);
      const conversation = known?.value.turn.conversationId ?? mintAskId(clock, random);
      const turn = { id: askId, conversationId: conversation, position: 0, prompt: question, feature, askedAtMs };
      const live = known ?? begin(turn);
      if (known === undefined) parts.onConversation(conversation);
      const { messagesIn } = await import('../app/wire.ts');
      const named = live.value.turn.feature === '' ? null : live.value.turn.feature;
      await hear(
        live,
        { askId, feature: named, messages: messagesIn(body), noCache: false },
        { askedAt: clock.monotonic(), isKept: false },
      );
    },
    stop(turn) {
      if (!isRunning(turn.answer)) return;
      parts.stopAsk(turn.id);
      running.get(turn.id)?.abort();
    },
  };
}
