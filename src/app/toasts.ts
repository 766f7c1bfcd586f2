import { signal, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';

export interface Toast {
  text: string;
  action?: { word: string; run: () => void };
  /** Stays until it is answered: for what must not be missed. */
  stays?: boolean;
}

/** One message at a time, at the foot, over nothing that is being read or typed. */
export interface Toasts {
  current: ReadonlySignal<Toast | null>;
  show(toast: Toast): void;
  close(): void;
}

const SHOWN_MS = 8_000;

export function createToasts(clock: Clock): Toasts {
  const current = signal<Toast | null>(null);
  let forget = (): void => undefined;
  return {
    current,
    show(toast) {
      forget();
      current.value = toast;
      if (toast.stays === true) return;
      forget = clock.after(SHOWN_MS, () => {
        if (current.value === toast) current.value = null;
      });
    },
    close() {
      forget();
      current.value = null;
    },
  };
}
