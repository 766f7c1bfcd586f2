import { effect } from '@preact/signals';
import type { Clock } from '#shared/clock.ts';
import type { SavedRow } from '#device/rows.ts';
import type { Storage } from '../app/storage.ts';
import { createQuestionIndex, type QuestionIndex } from './question-index.ts';

/** Most saved answers that are looked through, the newest first. */
const MOST_QUESTIONS = 2_000;

/** Saved answers to questions like the one asked. Each answers its own question, and none of them the asked one. */
export interface SimilarQuestions {
  /**
   * Follows the saved answers of the signed-in person, and tells up to three that may be offered, nearest first.
   * `oldestMs`: when an answer must have been saved at the earliest. The returned function ends it.
   */
  watch(
    asked: { question: string; feature: string; oldestMs: number },
    onFound: (rows: readonly SavedRow[]) => void,
  ): () => void;
}

interface Watcher {
  tell: () => void;
}

/** One index for all who watch; without a watcher nothing of it is kept. */
export function createSimilarQuestions({ storage, clock }: { storage: Storage; clock: Clock }): SimilarQuestions {
  const watchers = new Set<Watcher>();
  let rows = new Map<string, SavedRow>();
  let index: QuestionIndex = createQuestionIndex(clock);
  let filling = new AbortController();
  let stop = (): void => undefined;

  function clear(): void {
    filling.abort();
    rows = new Map();
    index = createQuestionIndex(clock);
  }

  async function fill(saved: readonly SavedRow[]): Promise<void> {
    filling.abort();
    const own = new AbortController();
    filling = own;
    try {
      await index.hold(saved, own.signal);
    } catch (cause) {
      if (own.signal.aborted) return;
      throw cause;
    }
    rows = new Map(saved.map((row) => [row.key, row]));
    for (const watcher of watchers) watcher.tell();
  }

  function start(): () => void {
    // Another person's database: what was read of the one before is forgotten before anything of the new one comes.
    let name: string | null = null;
    const forget = effect(() => {
      const state = storage.state.value;
      const next = state.kind === 'open' ? state.name : null;
      if (next === name) return;
      name = next;
      clear();
      for (const watcher of watchers) watcher.tell();
    });
    const unwatch = storage.follow((lists) => lists.saved((saved) => void fill(saved), MOST_QUESTIONS));
    return () => {
      unwatch();
      forget();
      clear();
    };
  }

  return {
    watch({ question, feature, oldestMs }, onFound) {
      const watcher: Watcher = {
        tell() {
          const found = index.alike(question, feature).map((key) => rows.get(key));
          onFound(found.filter((row) => row !== undefined).filter((row) => row.savedAtMs >= oldestMs));
        },
      };
      watchers.add(watcher);
      if (watchers.size === 1) stop = start();
      else watcher.tell();
      return () => {
        watchers.delete(watcher);
        if (watchers.size === 0) stop();
      };
    },
  };
}
