import { isCurable, isProblemCode, statusOf } from '#shared/problem-codes.ts';
import { SSE_DONE } from '#shared/chat-wire.ts';
import { writeSse, type SseEvent } from '#shared/sse.ts';
import { AnswerCopy } from '#device/answer-copy.ts';
import { eventOf, noteFirst, rowOf, savedRowOf, wholeState, type AskLife } from '#device/ask-life.ts';
import { writeFailure, type Failure } from '#device/failure.ts';
import type { Opening } from '#device/opening.ts';
import type { Piece } from '#device/piece.ts';
import { passedHeaders } from '#device/reply.ts';
import type { AnswerState } from '#device/rows.ts';
import { checkpoint, settle } from '#device/settlement.ts';
import { openRowOf, putInOutbox } from '#device/waiting-ask.ts';

/** Milliseconds between two checkpoints of an answer that is being written. */
const CHECKPOINT_MS = 2_000;

/** Batches that wait for a slow reader before the upstream waits too. */
const BATCHES_AHEAD = 16;

export type StreamOpening = Extract<Opening, { kind: 'stream' }>;

/** Where an answer goes while it is copied. Without a client (a replay) nobody reads along. */
interface Outlet {
  write: (text: string) => Promise<void>;
}

/**
 * Passes a stream on, piece by piece, while a copy is kept. A client that leaves changes nothing: the copy is drained to its
 * end. What is kept is committed before the client sees `[DONE]`. `over` resolves when nothing is left to do.
 */
export function relayAnswer(life: AskLife, opening: StreamOpening): { response: Response; over: Promise<void> } {
  const encoder = new TextEncoder();
  let gone = false;
  let wake: () => void = () => undefined;
  let over: Promise<void> = Promise.resolve();
  const marks = new Checkpoints(life);
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const outlet: Outlet = {
          async write(text) {
            if (gone) return;
            controller.enqueue(encoder.encode(text));
            if ((controller.desiredSize ?? 1) <= 0) await new Promise<void>((resolve) => (wake = resolve));
          },
        };
        over = drainAnswer(marks, opening, outlet).then(() => {
          if (!gone) controller.close();
        });
      },
      pull: () => wake(),
      cancel() {
        gone = true;
        wake();
        // The worker may be killed before the next one is due.
        marks.write();
      },
    },
    { highWaterMark: BATCHES_AHEAD },
  );
  return { response: new Response(body, { status: 200, headers: passedHeaders(opening.response) }), over };
}

/** Reads an answer to its end and settles it. Resolves also when it is cut: that is one way to end. */
async function drainAnswer(marks: Checkpoints, opening: StreamOpening, outlet: Outlet): Promise<void> {
  const { life, copy } = marks;
  try {
    await copyAnswer(marks, opening, outlet);
    await settleCopy(life, copy, opening.response.headers);
    if (copy.problem === null) await outlet.write(SSE_DONE);
  } catch {
    // Cut and not mended, or stopped: either way this is all there will be.
    const failure = await settleCut(life, copy);
    await outlet.write(writeSse(writeFailure(failure)));
  }
}

/** Copies a stream to its end, and passes it on but for the `[DONE]`. Throws when it was cut for good, or stopped. */
export async function copyAnswer(marks: Checkpoints, opening: StreamOpening, outlet: Outlet | null): Promise<void> {
  try {
    await passPieces(marks, opening.head, outlet);
    for await (const pieces of opening.rest) await passPieces(marks, pieces, outlet);
  } finally {
    // What ends the ask is written after the last checkpoint.
    await marks.finish();
  }
}

async function passPieces({ life, copy }: Checkpoints, pieces: readonly Piece[], outlet: Outlet | null): Promise<void> {
  let text = '';
  for (const { event, reading } of pieces) {
    // Held back until the answer is kept: a client that saw it may close everything.
    if (event.data === '[DONE]') continue;
    if (reading !== null) copy.add(reading);
    if (reading !== null && (reading.text !== '' || reading.toolCalls.length > 0)) noteFirst(life);
    text += writeEvent(event);
  }
  if (text !== '') await outlet?.write(text);
}

function writeEvent(event: SseEvent): string {
  const name = event.name === 'message' ? '' : `event: ${event.name}\n`;
  const id = event.id === '' ? '' : `id: ${event.id}\n`;
  return `${id}${name}${event.data
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

/** Ends an ask whose stream came to its end, whole or with an error of the router's. */
export async function settleCopy(life: AskLife, copy: AnswerCopy, headers: Headers): Promise<void> {
  const { device, standing } = life;
  const answer = copy.end(headers);
  const outbox = life.queuedAtMs === null ? null : 'ended';
  // The line broke, and then the router did not have it any more: that is a crash of its own.
  if (
    answer === null &&
    outbox === null &&
    life.call.resumes > 0 &&
    isLost(copy) &&
    (await putInOutbox(life, 'cut', copy.text))
  )
    return;
  if (answer !== null) {
    const source = answer.provenance.source === 'saved' ? 'router-cache' : answer.provenance.source;
    await settle(device, standing.place, {
      row: rowOf(life, wholeState(life, answer, 'ok')),
      event: eventOf(life, { outcome: 'answered', source, network: 'ok' }),
      saved: savedRowOf(life, answer),
      outbox,
    });
    return;
  }
  const tooLong = { code: 'too_large', message: 'The answer is too long to be kept on this device.' };
  const problem = copy.problem ?? (copy.tooLong ? tooLong : null);
  const outcome = copy.tooLong ? 'answered' : copy.text === '' ? 'failed' : 'partial';
  await settle(device, standing.place, {
    row: rowOf(life, endState(copy, problem ?? { code: 'broken', message: 'The answer did not say how it ended.' })),
    event: eventOf(life, { outcome, source: outcome === 'failed' ? 'none' : 'provider', network: 'ok' }),
    saved: null,
    outbox,
  });
}

/** Ends an ask whose stream was cut for good, or stopped. */
async function settleCut(life: AskLife, copy: AnswerCopy): Promise<Failure> {
  const stopped = life.call.state === 'stopped';
  const failure: Failure = stopped
    ? { code: 'cancelled', message: 'This answer was stopped.' }
    : { code: 'stream_incomplete', message: 'The line broke while the answer was coming.' };
  if (!stopped && (await putInOutbox(life, 'cut', copy.text))) {
    await life.device.line.note('cut', null);
    return {
      code: 'stream_incomplete',
      message: 'The line broke while the answer was coming. It is asked again by itself.',
    };
  }
  const given = copy.text === '' ? 'none' : 'provider';
  await settle(life.device, life.standing.place, {
    row: rowOf(life, endState(copy, failure)),
    event: eventOf(life, { outcome: stopped ? 'stopped' : 'partial', source: given, network: stopped ? 'ok' : 'cut' }),
    saved: null,
    outbox: null,
  });
  if (!stopped) await life.device.line.note('cut', null);
  return failure;
}

function isLost({ problem }: AnswerCopy): boolean {
  return problem !== null && isProblemCode(problem.code) && isCurable(problem.code);
}

function endState(copy: AnswerCopy, { code, message }: { code: string; message: string }): AnswerState {
  if (copy.text !== '') return { kind: 'partial', text: copy.text, code, message };
  const status = isProblemCode(code) ? statusOf(code) : 502;
  return { kind: 'problem', code, message, status, network: 'ok' };
}

/** Writes down every two seconds how far an answer has come, one write at a time. */
export class Checkpoints {
  readonly life: AskLife;
  readonly copy: AnswerCopy;
  #writing: Promise<void> = Promise.resolve();
  #state: 'idle' | 'writing' | 'finished' = 'idle';
  #stopTimer: () => void = () => undefined;

  constructor(life: AskLife) {
    this.life = life;
    this.copy = new AnswerCopy(life.ask.id);
    this.#arm();
  }

  /** Waits for the last write, and starts no other. */
  async finish(): Promise<void> {
    this.#stopTimer();
    await this.#writing;
    this.#state = 'finished';
  }

  write(): void {
    const { life, copy } = this;
    const row = openRowOf(life, copy.text);
    if (row === null || this.#state !== 'idle') return;
    this.#state = 'writing';
    this.#writing = checkpoint(life.device, life.standing.place, row).then(() => {
      if (this.#state === 'writing') this.#state = 'idle';
    });
  }

  #arm(): void {
    this.#stopTimer = this.life.device.clock.after(CHECKPOINT_MS, () => {
      this.write();
      this.#arm();
    });
  }
}
