import { signal, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import { ModelFailure, type BrowserModel, type Said } from './browser-model.ts';

/** What the model of this device wrote under one ask. It never is the ask's own answer. */
export type DeviceAnswer = { source: 'on-device' } & (
  | { kind: 'writing'; text: string }
  | { kind: 'whole'; text: string }
  /** It broke off or was stopped; `text` may be empty. */
  | { kind: 'part'; text: string; message: string }
);

/** Answers of the model of this device, in the memory of this tab only. Nothing here sends, saves or counts anything. */
export interface DeviceAnswers {
  /** By ask id. */
  all: ReadonlySignal<ReadonlyMap<string, DeviceAnswer>>;
  /** Writes one under an ask, in place of an earlier one. The last message is the question. Resolves when it has ended. */
  write(askId: string, said: readonly Said[]): Promise<void>;
  /** Ends it; the words that came stay. */
  stop(askId: string): void;
}

/** Milliseconds of silence after which it is given up: a first answer has to load the model from the disk. */
const SILENCE_MS = 60_000;
/** Most characters of one answer; then it is ended. */
const MAX_ANSWER_CHARS = 40_000;
/** Most answers kept; the oldest goes first. */
const MAX_KEPT = 50;

export function createDeviceAnswers(model: BrowserModel, clock: Clock): DeviceAnswers {
  const all = signal<ReadonlyMap<string, DeviceAnswer>>(new Map());
  const running = new Map<string, AbortController>();

  function put(askId: string, answer: DeviceAnswer): void {
    const next = new Map(all.value);
    next.set(askId, answer);
    const [oldest] = next.keys();
    if (next.size > MAX_KEPT && oldest !== undefined) next.delete(oldest);
    all.value = next;
  }

  /** Reads to the end, to the bound, or until nothing more comes. Tells why it ended early, or null. */
  async function read(
    said: readonly Said[],
    onText: (text: string) => void,
    abort: AbortController,
  ): Promise<string | null> {
    let text = '';
    let forget = (): void => undefined;
    const listen = (): void => {
      forget();
      forget = clock.after(SILENCE_MS, () =>
        abort.abort(new ModelFailure('The browser’s model was silent for a minute.')),
      );
    };
    listen();
    try {
      for await (const piece of model.answer(said, abort.signal)) {
        listen();
        text += piece;
        onText(text);
        if (text.length > MAX_ANSWER_CHARS) return 'It grew too long, and was ended.';
      }
      return text === '' ? 'The browser’s model gave no word.' : null;
    } catch (cause) {
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : cause;
      if (reason instanceof ModelFailure) return reason.message;
      if (abort.signal.aborted) return 'You stopped it.';
      console.warn('The model of this device broke off.', cause);
      return 'The browser’s model broke off. Try again.';
    } finally {
      forget();
    }
  }

  return {
    all,
    async write(askId, said) {
      if (running.has(askId)) return;
      const abort = new AbortController();
      running.set(askId, abort);
      let latest = '';
      put(askId, { source: 'on-device', kind: 'writing', text: '' });
      const onText = (text: string): void => {
        // What arrives after a stop is not wanted any more.
        if (abort.signal.aborted) return;
        latest = text;
        put(askId, { source: 'on-device', kind: 'writing', text });
      };
      const message = await read(said, onText, abort);
      running.delete(askId);
      if (message === null) put(askId, { source: 'on-device', kind: 'whole', text: latest });
      else put(askId, { source: 'on-device', kind: 'part', text: latest, message });
    },
    stop: (askId) => running.get(askId)?.abort(),
  };
}
