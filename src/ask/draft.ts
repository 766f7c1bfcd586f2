import { effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import type { Storage } from '../app/storage.ts';

/** What stands typed in the conversation on screen, kept at each keystroke. A conversation that is null is a new one. */
export interface Draft {
  text: Signal<string>;
  type: (text: string) => void;
  /** What was typed in a conversation is being asked: until `over` it stands on the disk, and is no draft. */
  ask(conversationId: string | null): AskedDraft;
}

export interface AskedDraft {
  /** Which draft it is, to go with its question; null when other words were typed there since. */
  id(): string | null;
  over(): void;
}

export function createDraft(
  conversationId: ReadonlySignal<string | null>,
  { storage, clock }: { storage: Storage; clock: Clock },
): Draft {
  const text = signal('');
  const asked = new Map<string | null, AskedDraft>();

  function keep(id: string | null, words: string): void {
    const place = storage.state.value;
    if (place.kind !== 'open') return;
    const write = place.store.keepDraft({
      conversationId: id ?? place.store.newDraft,
      text: words,
      atMs: clock.now(),
    });
    // What is typed still stands in the field; only a reload would lose it.
    write.catch((cause: unknown) => console.warn('What is typed is not kept on this device.', cause));
  }

  // A draft is read once when its conversation is shown, and only if nothing was typed meanwhile: that is kept then.
  effect(() => {
    const id = conversationId.value;
    const place = storage.state.value;
    if (place.kind !== 'open' || asked.has(id)) return;
    const typed = untracked(() => text.value);
    if (typed !== '') return keep(id, typed);
    void place.store.readDraft(id ?? place.store.newDraft).then((words) => {
      if (conversationId.value === id && text.value === '' && !asked.has(id)) text.value = words;
    });
  });

  return {
    text,
    type(words) {
      text.value = words;
      asked.delete(conversationId.value);
      keep(conversationId.value, words);
    },
    ask(id) {
      const own: AskedDraft = {
        id() {
          const place = storage.state.value;
          return asked.get(id) === own && place.kind === 'open' ? (id ?? place.store.newDraft) : null;
        },
        over() {
          if (asked.get(id) === own) asked.delete(id);
        },
      };
      asked.set(id, own);
      return own;
    },
  };
}
