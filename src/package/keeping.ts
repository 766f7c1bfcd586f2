import { chatRequestSchema } from '#shared/chat.ts';
import { readJson } from '#shared/json.ts';
import { questionOf } from '#device/ask.ts';
import type { KeepAlive } from '#device/ask-life.ts';
import { flushEvents } from '#device/telemetry-buffer.ts';
import { beginKept, endKept } from './kept.ts';
import type { Desk } from './service.ts';

/** An ask on its way to the device, whose id stands in its `Idempotency-Key`. */
export interface Errand {
  request: Request;
  keepAlive: KeepAlive;
  answer: (request: Request, hold: KeepAlive) => Promise<Response>;
  /** Called when nothing of it goes on any more. */
  over?: () => void;
}

/** Has an ask answered, and keeps what nobody is there to take. Storage that fails costs what it would have kept, never the answer. */
export async function answerKept({ device, place }: Desk, errand: Errand): Promise<Response> {
  const { request, keepAlive } = errand;
  const id = request.headers.get('idempotency-key') ?? '';
  const works: Promise<unknown>[] = [];
  const hold: KeepAlive = (work) => {
    works.push(work);
    keepAlive(work);
  };
  if (place !== null) {
    const question = questionOf(readJson(chatRequestSchema, await request.clone().text()));
    hold(beginKept(place, { id, question, atMs: device.clock.now() }).catch((failure: unknown) => void failure));
  }
  try {
    return await errand.answer(request, hold);
  } finally {
    keepAlive(
      settled(works)
        .then(() => errand.over?.())
        .then(() => (place === null ? undefined : endKept(place, id)))
        .catch((failure: unknown) => void failure)
        .then(() => flushEvents(device, place, null))
        // They stay, and go with those of the next ask.
        .catch((failure: unknown) => void failure),
    );
  }
}

/** Waits for all of them, also for those that are added meanwhile. */
async function settled(works: Promise<unknown>[]): Promise<void> {
  while (works.length > 0) await Promise.allSettled(works.splice(0));
}
