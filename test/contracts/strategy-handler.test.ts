import { describe, expect, it, vi } from 'vitest';
import { StrategyHandler as LightHandler, type HeldEvent } from '../../sw/strategy-handler.ts';

// As it stands in the built worker: a worker's global, and none of the checks of development.
vi.stubGlobal('self', globalThis);
vi.stubEnv('NODE_ENV', 'production');
const { Strategy } = await import('workbox-strategies/Strategy.js');
const { StrategyHandler: WorkboxHandler } = await import('workbox-strategies/StrategyHandler.js');

/** What travel mode uses of Workbox's handler, by Workbox itself and by what stands for it in the built worker. */
const handlers = [
  // Its type asks for a whole event of a worker.
  ['Workbox', WorkboxHandler as unknown as typeof LightHandler],
  ['the worker', LightHandler],
] as const;

class Nothing extends Strategy {
  protected override _handle(): Promise<Response> {
    return Promise.resolve(new Response());
  }
}

/** An event, and whether what holds it is over. */
function event() {
  const held = { over: false, waits: 0 };
  const given: HeldEvent = {
    waitUntil(work: Promise<unknown>) {
      held.waits++;
      void work.then(() => (held.over = true));
    },
  };
  return { held, given };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

describe.each(handlers)('an event held by the handler of %s', (_name, Handler) => {
  const open = () => {
    const { held, given } = event();
    const request = new Request('http://layover.test/ai');
    return { held, request, handler: new Handler(new Nothing(), { event: given, request }) };
  };

  it('[W18] is held from the beginning until it is let go', async () => {
    const { held, handler, request } = open();
    expect([held.waits, handler.request]).toEqual([1, request]);
    await turns();
    expect(held.over).toBe(false);
    handler.destroy();
    await turns();
    expect(held.over).toBe(true);
  });

  it('[W18] waits for all work, also for what is added meanwhile', async () => {
    const { handler } = open();
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()];
    expect(handler.waitUntil(first.promise)).toBe(first.promise);
    let over = false;
    const done = handler.doneWaiting().then(() => (over = true));
    void handler.waitUntil(second.promise);
    first.resolve('first');
    await turns();
    expect(over).toBe(false);
    second.resolve();
    expect(await done).toBe(true);
  });

  it('[W18] rejects with the first failure, once all the rest of its round is over', async () => {
    const { handler } = open();
    const slow = Promise.withResolvers<void>();
    void handler.waitUntil(slow.promise);
    handler.waitUntil(Promise.reject(new Error('first'))).catch((failure: unknown) => void failure);
    handler.waitUntil(Promise.reject(new Error('second'))).catch((failure: unknown) => void failure);
    slow.resolve();
    await expect(handler.doneWaiting()).rejects.toThrow('first');
  });

  it('[W18] asks nobody where there are no plugins', async () => {
    const { handler } = open();
    await handler.runCallbacks();
    expect([...handler.iterateCallbacks()]).toEqual([]);
  });
});
