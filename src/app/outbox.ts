import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ToWorker } from '#shared/worker-messages.ts';
import type { OutboxRow } from '#device/rows.ts';
import type { Line } from './line.ts';
import type { Storage } from './storage.ts';
import type { Toasts } from './toasts.ts';

/** The asks that wait, as the person sees and steers them. */
export interface Outbox {
  /** Null until the list is known. */
  rows: ReadonlySignal<readonly OutboxRow[] | null>;
  /** How many wait; known before the list is. */
  waiting: ReadonlySignal<number>;
  /** What was cancelled in this tab: the database may need a moment to hear of it. */
  cancelled: ReadonlySignal<ReadonlySet<string>>;
  /** Takes an ask out of the line. Its question stays in the conversation. */
  cancel(askId: string): void;
  /** The same for an ask that is about to be edited: its words stand in the field, so nothing more is said. */
  takeBack(askId: string): void;
  sendNow(askId: string): void;
}

export function createOutbox(parts: {
  storage: Storage;
  line: Line;
  toasts: Toasts;
  tell: (message: ToWorker) => void;
}): Outbox {
  const { storage, line, toasts } = parts;
  const cancelled = signal<ReadonlySet<string>>(new Set());
  const takeBack = (askId: string): void => {
    cancelled.value = new Set(cancelled.value).add(askId);
    parts.tell({ type: 'stop', askId });
  };
  return {
    rows: storage.outbox,
    waiting: computed(() => storage.outbox.value?.length ?? line.waiting.value),
    cancelled,
    takeBack,
    cancel(askId) {
      takeBack(askId);
      toasts.show({ text: 'Ask cancelled. It was not sent.' });
    },
    sendNow(askId) {
      parts.tell({ type: 'replay', askId });
    },
  };
}
