import { computed, type ReadonlySignal } from '@preact/signals';
import type { OutboxRow } from '#device/rows.ts';
import type { Line } from './line.ts';
import type { Storage } from './storage.ts';
import type { Toasts } from './toasts.ts';

/** The asks that wait, as the person sees and steers them. */
export interface Outbox {
  rows: ReadonlySignal<readonly OutboxRow[]>;
  /** How many wait; known before the list is. */
  waiting: ReadonlySignal<number>;
  /** Takes an ask out of the line. Its question stays in the conversation. */
  cancel(askId: string): Promise<void>;
  sendNow(askId: string): void;
}

export function createOutbox(parts: {
  storage: Storage;
  line: Line;
  toasts: Toasts;
  replay: (askId: string) => void;
}): Outbox {
  const { storage, line, toasts } = parts;
  return {
    rows: storage.outbox,
    waiting: computed(() => (storage.state.value.kind === 'open' ? storage.outbox.value.length : line.waiting.value)),
    async cancel(askId) {
      const place = storage.state.value;
      if (place.kind !== 'open') return;
      const cancelled = await place.store.cancelWaiting(askId);
      toasts.show({ text: cancelled ? 'Ask cancelled. It was not sent.' : 'It is already on its way.' });
    },
    sendNow(askId) {
      parts.replay(askId);
    },
  };
}
