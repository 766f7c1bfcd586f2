import { Worker } from 'node:worker_threads';
import type { Clock } from '#shared/clock.ts';
import type { Log } from '#shared/log.ts';

/** Most characters that wait to be counted; past them a count is refused, and the bound stands in for it. */
const MAX_WAITING_CHARACTERS = 20_000_000;

/** Longest wait for one count, ms; the first one loads the vocabulary, some 0.4 s. */
const COUNT_MS = 3_000;

/** Counts tokens of OpenAI's `o200k_base`. */
export interface Tokenizer {
  /** Tokens of all texts together; null when nobody could count them in time. Never rejects. */
  count(texts: readonly string[]): Promise<number | null>;
  close(): Promise<void>;
}

export interface TokenizerCall {
  id: number;
  texts: readonly string[];
}

export interface TokenizerAnswer {
  id: number;
  tokens: number;
}

interface Waiting {
  characters: number;
  settle: (tokens: number | null) => void;
}

/** Counts nothing: every count falls back to the bound, or to bytes. */
export const noTokenizer: Tokenizer = { count: async () => null, close: async () => undefined };

/** Counts in a thread of its own, which is started by the first count: its vocabulary takes 60 MB. */
export function createTokenizer({ clock, log }: { clock: Clock; log: Log }): Tokenizer {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let lastId = 0;
  let waitingCharacters = 0;

  function start(): Worker {
    const started = new Worker(new URL('./tokenizer-thread.ts', import.meta.url));
    started.unref();
    started.on('message', ({ id, tokens }: TokenizerAnswer) => waiting.get(id)?.settle(tokens));
    started.on('error', (cause: unknown) =>
      log.error({ err: cause }, 'The tokenizer broke; tokens are estimated by bytes.'),
    );
    started.on('exit', () => {
      if (worker === started) giveUp();
    });
    return started;
  }

  /** Ends the thread, and with it everything it was asked; the next count starts another. */
  function giveUp(): void {
    const ended = worker;
    worker = null;
    for (const { settle } of [...waiting.values()]) settle(null);
    void ended?.terminate();
  }

  return {
    count(texts) {
      const characters = texts.reduce((sum, text) => sum + text.length, 0);
      if (characters === 0) return Promise.resolve(0);
      if (waitingCharacters + characters > MAX_WAITING_CHARACTERS) return Promise.resolve(null);
      const id = ++lastId;
      worker ??= start();
      const asked = worker;
      return new Promise<number | null>((resolve) => {
        const takeBack = clock.after(COUNT_MS, () => {
          log.warn({ characters }, `Tokens were not counted within ${COUNT_MS} ms; they are estimated by bytes.`);
          giveUp();
        });
        const settle = (tokens: number | null): void => {
          takeBack();
          waiting.delete(id);
          waitingCharacters -= characters;
          resolve(tokens);
        };
        waitingCharacters += characters;
        waiting.set(id, { characters, settle });
        asked.postMessage({ id, texts } satisfies TokenizerCall);
      });
    },
    async close() {
      const ended = worker;
      giveUp();
      await ended?.terminate();
    },
  };
}
