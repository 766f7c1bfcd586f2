import { signal, type ReadonlySignal } from '@preact/signals';
import { ModelFailure, type BrowserModel } from './browser-model.ts';

/** How the model of this device stands. */
export type ModelState =
  | { kind: 'unknown' }
  /** The browser has none. */
  | { kind: 'absent' }
  /** The browser has one, which does not run on this device. */
  | { kind: 'unavailable' }
  /** It can be downloaded. `failure`: why the last try did not work. */
  | { kind: 'downloadable'; failure: string | null }
  /** The browser loads it, for another page or from an earlier visit. */
  | { kind: 'downloading-elsewhere' }
  /** Loaded at this page's wish; `part` from 0 to 1. */
  | { kind: 'downloading'; part: number }
  | { kind: 'ready' };

/** Brings the browser's model onto this device: only when somebody asks for it. */
export interface Preparation {
  state: ReadonlySignal<ModelState>;
  /** Asks the browser how it stands. */
  look(): Promise<void>;
  /** Downloads it. To be called in a press, while there is a line. */
  start(): Promise<void>;
  cancel(): void;
}

export function createPreparation(model: BrowserModel | null): Preparation {
  const state = signal<ModelState>(model === null ? { kind: 'absent' } : { kind: 'unknown' });
  let running: AbortController | null = null;

  async function look(failure: string | null = null): Promise<void> {
    if (model === null || running !== null) return;
    const readiness = await model.readiness();
    if (running === null) state.value = stateOf(readiness, failure);
  }

  return {
    state,
    look: () => look(),
    async start() {
      if (model === null || running !== null) return;
      const own = new AbortController();
      running = own;
      state.value = { kind: 'downloading', part: 0 };
      const onPart = (part: number): void => {
        if (running === own) state.value = { kind: 'downloading', part };
      };
      let failure: string | null = null;
      try {
        await model.prepare(onPart, own.signal);
      } catch (cause) {
        if (!own.signal.aborted) failure = cause instanceof ModelFailure ? cause.message : 'The download did not work.';
      }
      if (running === own) running = null;
      await look(failure);
    },
    cancel: () => running?.abort(),
  };
}

function stateOf(readiness: Awaited<ReturnType<BrowserModel['readiness']>>, failure: string | null): ModelState {
  switch (readiness) {
    case 'available':
      return { kind: 'ready' };
    case 'downloadable':
      return { kind: 'downloadable', failure };
    case 'downloading':
      return { kind: 'downloading-elsewhere' };
    case 'unavailable':
      return { kind: 'unavailable' };
    default:
      return readiness satisfies never;
  }
}
