/** Time as it is given to every module: nobody reads the machine's clock but an entry file, through this. */
export interface Clock {
  /** Milliseconds since 1970 UTC. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since some fixed moment of this process. Never jumps; for durations. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`. The returned function takes it back and may be called at any time. */
  after(delayMs: number, run: () => void): () => void;
}

/** Random bytes, given. `bytes(n)` returns `n` fresh bytes. */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** The machine's own clock, for entry files. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** The machine's own randomness, for entry files. Works on plain HTTP too, where `crypto.subtle` is absent. */
export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** Waits `delayMs`; rejects with the signal's reason as soon as it aborts. */
export function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(asError(signal.reason));
    const onAbort = (): void => {
      cancel();
      reject(asError(signal.reason));
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
