import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ToWorker } from '#shared/worker-messages.ts';
import type { OutboxRow } from '#device/rows.ts';
import type { Line } from './line.ts';
import type { Storage } from './storage.ts';

/** Why an ask was taken back: stopped for good, or to change its words, before anything of it left this device or after. */
export type TakenBack = 'stopped' | 'edited-unsent' | 'edited';

/** The asks that wait, and those that were answered while nobody looked. What a person does to them is in `waiting/verbs.ts`. */
export interface Outbox {
  /** Null until the list is known; without those that were taken back. */
  rows: ReadonlySignal<readonly OutboxRow[] | null>;
  /** How many wait, for the line or for the person; known before the list is. */
  waiting: ReadonlySignal<number>;
  /** How many were answered and seen by nobody. */
  answered: ReadonlySignal<number>;
  /** The conversations in which such an answer stands. */
  newIn: Signal<ReadonlySet<string>>;
  /** What was taken back in this tab: the database may need a moment to hear of it. */
  cancelled: ReadonlySignal<ReadonlyMap<string, TakenBack>>;
  /** What a screen reader is told of it, once. */
  news: Signal<string>;
  /** Takes an ask out of the line for good. Its question stays in the conversation. */
  takeBack(askId: string, why?: TakenBack): void;
  /** Sends this one first. */
  sendNow(askId: string): void;
  /** Sends what is due. */
  sendDue(): void;
}

export function createOutbox({
  storage,
  line,
  tell,
}: {
  storage: Pick<Storage, 'outbox'>;
  line: Pick<Line, 'waiting'>;
  tell: (message: ToWorker) => void;
}): Outbox {
  const cancelled = signal<ReadonlyMap<string, TakenBack>>(new Map());
  const rows = computed(() => storage.outbox.value?.filter(({ state }) => state.kind !== 'cancelled') ?? null);
  const answered = computed(() => rows.value?.filter(({ state }) => state.kind === 'answered').length ?? 0);
  return {
    rows,
    waiting: computed(() => (rows.value === null ? line.waiting.value : rows.value.length - answered.value)),
    answered,
    newIn: signal(new Set<string>()),
    cancelled,
    news: signal(''),
    takeBack(askId, why = 'stopped') {
      cancelled.value = new Map(cancelled.value).set(askId, why);
      tell({ type: 'stop', askId });
    },
    sendNow: (askId) => tell({ type: 'replay', askId }),
    sendDue: () => tell({ type: 'replay' }),
  };
}
