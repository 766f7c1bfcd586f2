import { wait, type Clock } from '#shared/clock.ts';

/** Milliseconds between two pieces. */
const STEP_MS = 40;

/** Most pieces: so that the longest answer takes 4 s. */
const MOST_PIECES = 98;

/** A text in whole words, several to a piece where they are many. A run without a space is cut at its code points. */
export function inWords(text: string): string[] {
  const words = text.match(/\S{1,24}\s*|\s+/gu) ?? [];
  const each = Math.max(1, Math.ceil(words.length / MOST_PIECES));
  return Array.from({ length: Math.ceil(words.length / each) }, (_, at) =>
    words.slice(at * each, (at + 1) * each).join(''),
  );
}

/**
 * The pieces as a body at the pace of somebody who writes, the first at once, the last when `kept` has settled. `hurry` gives all the
 * rest at once; `over` resolves when all is given or nobody reads any more.
 */
export function pacedBody(
  pieces: readonly string[],
  clock: Clock,
  kept: Promise<unknown>,
): { body: ReadableStream<Uint8Array>; hurry: () => void; over: Promise<void> } {
  const encoder = new TextEncoder();
  const hurried = new AbortController();
  const beganMs = clock.monotonic();
  let gone = false;
  let over = Promise.resolve();

  async function give(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (let given = 0; given < pieces.length;) {
      // By the clock: a timer that came late has more to give.
      const due = hurried.signal.aborted ? pieces.length : Math.floor((clock.monotonic() - beganMs) / STEP_MS) + 1;
      if (due >= pieces.length) await Promise.allSettled([kept]);
      if (gone) return;
      if (due > given) controller.enqueue(encoder.encode(pieces.slice(given, due).join('')));
      given = Math.max(given, due);
      // Woken early, it has all the rest to give, or nobody to give it to.
      if (given < pieces.length) await wait(clock, STEP_MS, hurried.signal).catch((woken: unknown) => void woken);
    }
    controller.close();
  }

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      over = give(controller);
    },
    cancel() {
      gone = true;
      hurried.abort();
    },
  });
  return { body, hurry: () => hurried.abort(), over };
}
