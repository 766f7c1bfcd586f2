import type { UnderlyingSource } from 'node:stream/web';
import type { NumberedEvent } from '#shared/answer.ts';
import { ChunkWriter, SSE_DONE } from '#shared/chat-wire.ts';
import type { Clock } from '#shared/clock.ts';
import { asProblem, errorBody, Problem } from '#shared/problem.ts';
import { SSE_KEEP_ALIVE, writeSse } from '#shared/sse.ts';
import type { AskHandle } from '../ask/asks.ts';

/** Silence after which a comment goes out, so that nothing on the way takes the stream for dead. 10 s. */
const KEEP_ALIVE_MS = 10_000;

/** How long a reader may take nothing of what waits for it: its answer is kept in memory meanwhile. 5 min. */
const UNREAD_MS = 300_000;

/** Who reads a stream, and how. */
export interface StreamReader {
  /** Last event this reader has already; 0 for none. */
  after: number;
  includeUsage: boolean;
  /** It said that it can take an answer that begins anew: `x-layover-accept: reset`. */
  resets: boolean;
  clock: Clock;
  /** Hears of a failure of our own that ended the stream. */
  failed(cause: unknown): void;
}

/** The events of an ask as an SSE body. It leaves the ask when it ends, when it is cancelled and when the signal aborts. */
export function streamAnswer(handle: AskHandle, reader: StreamReader, signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream(new AnswerSource(handle, reader, signal));
}

/** Characters past which no more events are put into one piece of the body. */
const PIECE_CHARS = 65_536;

/** Turns of the queue of microtasks in which an event that is in memory comes. */
const TICKS_FROM_MEMORY = 4;

/** Most events in one turn of the event loop: a reader who has nearly all of a long answer holds nobody up. */
const EVENTS_IN_ONE_TURN = 200;

const encoder = new TextEncoder();

/** One for all: an abort without a reason makes an exception with a stack each time. */
const OVER = new Error('Nobody reads this stream any more.');

class AnswerSource implements UnderlyingSource<Uint8Array> {
  readonly #handle: AskHandle;
  readonly #reader: StreamReader;
  readonly #signal: AbortSignal;
  readonly #writer: ChunkWriter;
  readonly #stop = new AbortController();
  readonly #events: AsyncIterator<NumberedEvent>;
  /** The step after the last one taken, already asked for. */
  #ahead: Promise<IteratorResult<NumberedEvent>> | null = null;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #lastWrite: number;
  #cancelBeat = (): void => undefined;
  #over = false;
  /** Events since the event loop turned last. */
  #inOneTurn = 0;
  /** The answer began anew with this event before the reader came: what is before it is not told any more. */
  readonly #from: number;
  /** The reader has something of the answer. */
  #shown: boolean;

  constructor(handle: AskHandle, reader: StreamReader, signal: AbortSignal) {
    this.#handle = handle;
    this.#reader = reader;
    this.#signal = signal;
    this.#writer = new ChunkWriter(handle.askId, reader);
    this.#lastWrite = reader.clock.monotonic();
    this.#from = handle.beganAnew();
    this.#shown = reader.after > 0;
    // From the start even on a resume: the head of each chunk (model, time) stands in the first event.
    this.#events = handle.events(0, this.#stop.signal)[Symbol.asyncIterator]();
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    if (this.#signal.aborted) return this.#finish();
    this.#signal.addEventListener('abort', this.#finish);
    this.#cancelBeat = this.#reader.clock.after(KEEP_ALIVE_MS, this.#beat);
  }

  async pull(): Promise<void> {
    let piece = '';
    try {
      for (;;) {
        const { text, last } = await this.#next();
        if (this.#over) return;
        piece += text;
        // What came together goes out together: each piece is a write to the socket.
        if (!last && piece.length < PIECE_CHARS && (await this.#isMoreThere())) continue;
        if (this.#over) return;
        this.#send(piece);
        if (last) return this.#finish();
        if (piece !== '') return;
      }
    } catch (failure) {
      // After the end the failure is our own abort of the events, and nobody reads any more.
      if (this.#over) return;
      this.#reader.failed(failure);
      this.#send(piece + writeSse(JSON.stringify(errorBody(asProblem(failure)))));
      this.#finish();
    }
  }

  cancel(): void {
    this.#controller = null;
    this.#finish();
  }

  /** Whether a further event is there before the event loop has turned once. */
  async #isMoreThere(): Promise<boolean> {
    let isThere = false;
    const come = (): void => void (isThere = true);
    this.#ahead = this.#events.next();
    this.#ahead.then(come, come);
    // What is in memory already comes without the event loop.
    for (let tick = 0; tick < TICKS_FROM_MEMORY && !isThere; tick++) await Promise.resolve();
    if (isThere && ++this.#inOneTurn < EVENTS_IN_ONE_TURN) return true;
    this.#inOneTurn = 0;
    await new Promise((resolve) => setImmediate(resolve));
    return isThere;
  }

  /** The text of the next event and whether it is the last; no text for an event that the reader has already. */
  async #next(): Promise<{ text: string; last: boolean }> {
    const ahead = this.#ahead ?? this.#events.next();
    this.#ahead = null;
    const step = await ahead;
    if (step.done === true) throw new Problem('stream_incomplete', 'The answer broke off.');
    const { seq, event } = step.value;
    // A problem is said again to whoever comes back: its stream had no other end.
    if (event.type === 'answer-problem') return { text: this.#writer.write(step.value), last: true };
    const last = event.type === 'answer-end';
    const { after, includeUsage } = this.#reader;
    // The usage stands in a chunk of its own, one number further.
    const had = (last && includeUsage ? seq < after : seq <= after) || seq < this.#from;
    if (had) {
      this.#writer.skip(event);
      return { text: last ? SSE_DONE : '', last };
    }
    const text = this.#writer.write(step.value, after);
    if (event.type === 'answer-reset' && this.#shown) return this.#beginAnew(text);
    this.#shown = true;
    return { text, last };
  }

  /** What the reader has is nothing any more. Two answers in one would be worse than an end. */
  #beginAnew(text: string): { text: string; last: boolean } {
    if (this.#reader.resets) return { text: `event: reset\n${text}`, last: false };
    const problem = new Problem('stream_incomplete', 'The answer broke off, and another was begun in its place.');
    return { text: writeSse(JSON.stringify(errorBody(problem))), last: true };
  }

  #send(text: string): void {
    if (text === '') return;
    this.#controller?.enqueue(encoder.encode(text));
    this.#lastWrite = this.#reader.clock.monotonic();
  }

  readonly #beat = (): void => {
    const silentMs = this.#reader.clock.monotonic() - this.#lastWrite;
    const due = silentMs >= KEEP_ALIVE_MS;
    const reads = (this.#controller?.desiredSize ?? 0) > 0;
    if (!reads && silentMs >= UNREAD_MS) return this.#drop();
    // A reader that does not read gets no heap of comments.
    if (due && reads) this.#send(SSE_KEEP_ALIVE);
    this.#cancelBeat = this.#reader.clock.after(due ? KEEP_ALIVE_MS : KEEP_ALIVE_MS - silentMs, this.#beat);
  };

  /** Breaks the connection off: its reader can go on by id, if it is still there. */
  #drop(): void {
    this.#controller?.error(new Error('The reader took nothing for too long.'));
    this.#controller = null;
    this.#finish();
  }

  readonly #finish = (): void => {
    if (this.#over) return;
    this.#over = true;
    this.#cancelBeat();
    this.#signal.removeEventListener('abort', this.#finish);
    this.#stop.abort(OVER);
    this.#controller?.close();
    this.#handle.leave();
  };
}
