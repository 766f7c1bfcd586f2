import { DEVICE_CHANNEL } from '#shared/worker-messages.ts';
import { addTurn, readConversation } from '#device/conversations.ts';
import type { Place } from '#device/database.ts';
import { openDevice, personalPlace } from '#device/device.ts';
import { laterParts } from '#device/later.ts';
import type { Device, DeviceParts } from '#device/parts.ts';
import { play } from '#device/simulator/play.ts';
import { travel } from '#device/travel.ts';
import { fakeClock, type FakeClock } from '../clock.ts';
import { seededRandom } from '../random.ts';
import { freshPlace } from './place.ts';
import { FakeRouter } from './router.ts';

export const ORIGIN = 'http://layover.test';

/** A device on its way: one disk, one clock, one router, and as many lives of the worker as a test needs. */
export interface World {
  router: FakeRouter;
  clock: FakeClock;
  device: Device;
  told: unknown[];
  parts: DeviceParts;
  /** Work that goes on though the answer is out. */
  over: () => Promise<void>;
  /** A new worker over the same disk. */
  restart: () => Device;
  place: () => Promise<Place>;
  /** Sends an ask and lets time pass until it is answered. */
  ask: (body: unknown, headers?: Record<string, string>) => Promise<Response>;
  /** Lets time pass until the work is done. */
  drive: <T>(work: Promise<T>, stepMs?: number) => Promise<T>;
}

export function openWorld(changes: Partial<DeviceParts> = {}): World {
  const router = new FakeRouter();
  const clock = fakeClock();
  const told: unknown[] = [];
  const parts: DeviceParts = {
    fetch: (request) => router.fetch(request),
    clock,
    random: seededRandom(7),
    factory: freshPlace().factory,
    subtle: crypto.subtle,
    locks: oneLock(),
    post: (channel, message) => {
      if (channel === DEVICE_CHANNEL) told.push(message);
    },
    registerSync: async () => undefined,
    later: async () => laterParts,
    bringPlay: async () => play,
    origin: ORIGIN,
    ...changes,
  };
  const work: Promise<unknown>[] = [];
  const drive: World['drive'] = async (promise, stepMs = 20) => {
    let done = false;
    const finished = promise.finally(() => (done = true));
    finished.catch((failure: unknown) => void failure);
    while (!done) {
      // Hashes are made in threads of their own, first in first out: after ours, those of the device are done, and time may pass.
      await crypto.subtle.digest('SHA-256', new Uint8Array(1));
      await clock.settle();
      if (!done) await clock.advance(stepMs);
    }
    return finished;
  };
  const world: World = {
    router,
    clock,
    device: openDevice(parts),
    told,
    parts,
    over: async () => {
      // What goes on may start more of it.
      while (work.length > 0) await drive(Promise.allSettled(work.splice(0)));
    },
    restart: () => (world.device = openDevice(parts)),
    place: async () => {
      const place = await drive(personalPlace(world.device));
      if (place === null) throw new Error('Nothing may be kept.');
      return place;
    },
    ask: (body, headers = {}) => drive(travel(post(body, headers), world.device, (more) => void work.push(more))),
    drive,
  };
  return world;
}

export function post(body: unknown, headers: Record<string, string> = {}): Request {
  return new Request(`${ORIGIN}/ai`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Writes the turn of an ask, as a page does before it sends. */
export async function writeTurn(world: World, id: string, prompt: string): Promise<void> {
  const place = await world.place();
  await world.drive(
    addTurn(place, { id, conversationId: 'c1', prompt, feature: 'chat', askedAtMs: world.clock.now() }),
  );
}

export async function history(world: World): ReturnType<typeof readConversation> {
  return world.drive(readConversation(await world.place(), 'c1'));
}

/** Text of a streamed answer as a client of OpenAI's wire puts it together, and how it ended. */
export function readStream(raw: string): { text: string; done: boolean; error: string | null; ids: number[] } {
  let text = '';
  let done = false;
  let error: string | null = null;
  const ids: number[] = [];
  for (const block of raw.split('\n\n')) {
    // Not `.`: U+2028 ends a line for it, and none of SSE.
    const data = /^data: ([^\n]*)/m.exec(block)?.[1];
    if (data === undefined) continue;
    if (data === '[DONE]') {
      done = true;
      continue;
    }
    const id = /^id: (\d+)$/m.exec(block)?.[1];
    if (id !== undefined) ids.push(Number(id));
    const chunk = JSON.parse(data) as { error?: { code: string }; choices?: { delta: { content?: string } }[] };
    error ??= chunk.error?.code ?? null;
    text += chunk.choices?.[0]?.delta.content ?? '';
  }
  return { text, done, error, ids };
}

/** Web Locks for one name at a time, as far as a replayer needs them. */
export function oneLock(): Pick<LockManager, 'request'> {
  const held = new Map<string, Promise<unknown>>();
  const request = async (name: string, options: LockOptions, run: (lock: unknown) => unknown): Promise<unknown> => {
    if (held.has(name) && options.ifAvailable === true) return run(null);
    while (held.has(name)) await held.get(name);
    const running = Promise.resolve(run({ name, mode: 'exclusive' })).finally(() => held.delete(name));
    held.set(
      name,
      running.catch((failure: unknown) => void failure),
    );
    return running;
  };
  return { request: request as LockManager['request'] };
}
