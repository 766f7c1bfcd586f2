import { Worker } from 'node:worker_threads';
import { Problem } from '#shared/problem.ts';
import type { FromThread, Outcome, ThreadData, ToThread } from './messages.ts';
import type { InputOf, OperationName, OutputOf } from './operations.ts';

/** Most calls that wait for the thread; past it a call is refused at once. */
export const MAX_WAITING = 10_000;

/** Most calls in one batch, and so in one transaction. */
const MAX_BATCH = 1_000;

interface Waiting {
  name: OperationName;
  input: unknown;
  resolve: (value: unknown) => void;
  reject: (problem: Problem) => void;
}

type State = { kind: 'open' } | { kind: 'closing'; done: Promise<void> } | { kind: 'over'; problem: Problem };

/** What a store needs of the database. */
export interface Database {
  /** Runs an operation by its name, after all that were called before; answers after the commit. */
  call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>>;
  /** Writes what was called before, then lets go of the files. */
  close(): Promise<void>;
}

/**
 * The router's end of the database thread. Calls run in the order they were made. One batch is under way at a time and
 * what is called meanwhile is the next one, so batches grow with the load and a lone call waits for nothing.
 */
export class DatabaseThread implements Database {
  /** Rows that are sealed under a key that is not at hand. */
  readonly unreadable: number;
  readonly #worker: Worker;
  readonly #onProblem: (problem: Problem) => void;
  #queue: Waiting[] = [];
  #underWay: Waiting[] = [];
  #isScheduled = false;
  #state: State = { kind: 'open' };
  #onIdle: (() => void) | null = null;

  private constructor(worker: Worker, onProblem: (problem: Problem) => void, unreadable: number) {
    this.#worker = worker;
    this.unreadable = unreadable;
    this.#onProblem = onProblem;
    worker.on('message', (message: FromThread) => this.#hear(message));
    worker.on('error', (cause) => this.#end(died(cause)));
    worker.on('exit', () => this.#end(died(null)));
  }

  /** Starts the thread and opens the database; rejects with a sentence that says what to do when it cannot. */
  static start(data: ThreadData, onProblem: (problem: Problem) => void): Promise<DatabaseThread> {
    const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: data });
    return new Promise((resolve, reject) => {
      const onError = (cause: unknown): void => reject(died(cause));
      worker.once('error', onError);
      worker.once('message', (message: FromThread) => {
        worker.off('error', onError);
        if (message.type === 'refused') reject(new Problem('storage_failed', message.sentence));
        else resolve(new DatabaseThread(worker, onProblem, message.type === 'ready' ? message.unreadable : 0));
      });
    });
  }

  async call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    if (this.#state.kind === 'over') throw this.#state.problem;
    if (this.#state.kind === 'closing') throw closed();
    if (this.#queue.length + this.#underWay.length >= MAX_WAITING) {
      throw new Problem(
        'storage_failed',
        `The database is behind: ${MAX_WAITING} calls wait for it, so \`${name}\` was refused.`,
      );
    }
    const value = await new Promise<unknown>((resolve, reject) => {
      this.#queue.push({ name, input, resolve, reject });
      this.#schedule();
    });
    // The thread answers a call with what the operation of that name gives.
    return value as OutputOf<Name>;
  }

  close(): Promise<void> {
    if (this.#state.kind === 'closing') return this.#state.done;
    if (this.#state.kind === 'over') return Promise.resolve();
    const done = this.#finish();
    this.#state = { kind: 'closing', done };
    return done;
  }

  /** Ends the thread where it stands, as a crash of it would. What is under way is lost; what was committed is not. */
  async abandon(): Promise<void> {
    await this.#worker.terminate();
  }

  async #finish(): Promise<void> {
    if (this.#queue.length + this.#underWay.length > 0) {
      await new Promise<void>((resolve) => (this.#onIdle = resolve));
    }
    if (this.#state.kind === 'over') return;
    const exit = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#say({ type: 'close' });
    await exit;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#underWay.length > 0) return;
    this.#isScheduled = true;
    // After the callbacks of this turn of the loop: what they all call is one batch.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#queue.length === 0) {
      this.#onIdle?.();
      return;
    }
    this.#underWay = this.#queue.splice(0, MAX_BATCH);
    try {
      this.#say({ type: 'batch', calls: this.#underWay.map(({ name, input }) => ({ name, input })) });
    } catch (cause) {
      this.#sendWithoutFaulty(cause);
    }
  }

  /** An input that cannot cross to the thread is a mistake of ours: that call fails, and the others go on. */
  #sendWithoutFaulty(cause: unknown): void {
    const sentence = `A call could not be sent to the database (${cause instanceof Error ? cause.message : 'unknown'}).`;
    const sound: Waiting[] = [];
    for (const waiting of this.#underWay) {
      if (canCross(waiting.input)) sound.push(waiting);
      else waiting.reject(new Problem('storage_failed', sentence));
    }
    const isStuck = sound.length === this.#underWay.length;
    this.#underWay = [];
    if (isStuck) for (const waiting of sound) waiting.reject(new Problem('storage_failed', sentence));
    else this.#queue.unshift(...sound);
    this.#send();
  }

  #say(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromThread): void {
    if (message.type === 'damage') this.#onProblem(new Problem('storage_failed', message.sentence));
    if (message.type === 'outcomes') this.#settle(message.outcomes);
  }

  #settle(outcomes: Outcome[]): void {
    const settled = this.#underWay;
    this.#underWay = [];
    settled.forEach((waiting, at) => {
      const outcome = outcomes[at];
      if (outcome?.ok === true) waiting.resolve(outcome.value);
      else waiting.reject(new Problem(outcome?.code ?? 'storage_failed', outcome?.sentence ?? 'It has no outcome.'));
    });
    // What these outcomes make their callers call goes into the next batch, too.
    this.#schedule();
  }

  #end(problem: Problem): void {
    if (this.#state.kind === 'over') return;
    const lost = [...this.#underWay, ...this.#queue];
    const wasAskedTo = this.#state.kind === 'closing' && lost.length === 0;
    this.#state = { kind: 'over', problem: wasAskedTo ? closed() : problem };
    this.#queue = [];
    this.#underWay = [];
    for (const waiting of lost) waiting.reject(problem);
    this.#onIdle?.();
    if (!wasAskedTo) this.#onProblem(problem);
  }
}

function canCross(input: unknown): boolean {
  try {
    structuredClone(input);
    return true;
  } catch {
    // Why it cannot was said by whoever tried to send it.
    return false;
  }
}

function died(cause: unknown): Problem {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new Problem(
    'storage_failed',
    `The database thread ended${reason}: nothing is stored. Start the router again.`,
    {
      cause,
    },
  );
}

function closed(): Problem {
  return new Problem('storage_failed', 'The database is closed, because the router stops.');
}
