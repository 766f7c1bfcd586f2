/** The part of an `ExtendableEvent` that is used here. */
export interface HeldEvent {
  waitUntil(work: Promise<unknown>): void;
}

/**
 * What stands for Workbox's `StrategyHandler` in the built worker (`vite.config.ts`). Its other half reads and writes caches and
 * asks plugins, which travel mode does not do; this is the half that holds an event while a strategy works. A test holds it to
 * Workbox's own.
 */
export class StrategyHandler {
  declare readonly event: HeldEvent;
  declare readonly request: Request;
  readonly #works: Promise<unknown>[] = [];
  #end: () => void = () => undefined;

  constructor(_strategy: unknown, options: { event: HeldEvent; request: Request }) {
    Object.assign(this, options);
    this.event.waitUntil(new Promise<void>((resolve) => (this.#end = resolve)));
  }

  waitUntil<T>(work: Promise<T>): Promise<T> {
    this.#works.push(work);
    return work;
  }

  /** Resolves when all work is over, also what was added meanwhile; rejects with the first failure of a round. */
  async doneWaiting(): Promise<void> {
    while (this.#works.length > 0) await settled(this.#works.splice(0));
  }

  destroy(): void {
    this.#end();
  }

  /** There are no plugins to ask. */
  async runCallbacks(): Promise<void> {
    return undefined;
  }

  iterateCallbacks(): [] {
    return [];
  }
}

async function settled(works: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
