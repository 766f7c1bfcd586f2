import { signal, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';

export interface Toast {
  text: string;
  action?: { word: string; run: () => void };
  /** Stays until it is answered: for what must not be missed. */
  stays?: boolean;
  /** What is done when it goes without its action: from then on nothing can be undone. */
  over?: () => void;
}

/**
 * One message at a time, at the foot, over nothing that is being read or typed. One that stays makes way for a passing one, and comes
 * back after it.
 */
export interface Toasts {
  current: ReadonlySignal<Toast | null>;
  show(toast: Toast): void;
  /** Takes it away, its action not taken. */
  close(): void;
  /** Takes its action. */
  act(): void;
  /** Keeps it for as long as a pointer or the focus is on it; then its time begins anew. */
  hold(held: boolean): void;
}

const SHOWN_MS = 8_000;

export function createToasts(clock: Clock): Toasts {
  const current = signal<Toast | null>(null);
  let forget = (): void => undefined;
  let staying: Toast | null = null;
  /** Takes the message away; gives what it was. */
  const take = (): Toast | null => {
    forget();
    const toast = current.value;
    if (toast === staying) staying = null;
    current.value = staying;
    return toast;
  };
  const wait = (toast: Toast): void => {
    forget();
    if (toast.stays === true) return;
    forget = clock.after(SHOWN_MS, () => {
      if (current.value === toast) take()?.over?.();
    });
  };
  return {
    current,
    show(toast) {
      const before = current.value;
      if (toast.stays === true) staying = toast;
      current.value = toast;
      wait(toast);
      if (before !== staying) before?.over?.();
    },
    close: () => take()?.over?.(),
    act: () => take()?.action?.run(),
    hold(held) {
      forget();
      if (!held && current.value !== null) wait(current.value);
    },
  };
}
