import type { AnswerEvent, NumberedEvent, Provenance } from '#shared/answer.ts';
import { isAskId } from '#shared/ask-id.ts';
import { Problem } from '#shared/problem.ts';
import type { AskHandle, AskRequest, Asks } from '../../../server/ask/asks.ts';

export const ASK_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

export function provenance(more: Partial<Provenance> = {}): Provenance {
  return {
    id: ASK_ID,
    source: 'provider',
    provider: 'north',
    model: 'north-large',
    attempts: 1,
    hops: 0,
    cost_usd: '0.000012345',
    cost_estimated: false,
    degraded: [],
    age_seconds: 0,
    first_token_ms: 120,
    demo: false,
    ...more,
  };
}

const usage = {
  inputTokens: 3,
  outputTokens: 2,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

/** The events of "Good day." */
export function goodDay(more: Partial<Provenance> = {}): AnswerEvent[] {
  return [
    { type: 'answer-start', model: 'app/chat', createdSeconds: 1_700_000_000 },
    { type: 'text-delta', text: 'Good ' },
    { type: 'text-delta', text: 'day.' },
    { type: 'answer-end', finishReason: 'stop', usage, provenance: provenance(more) },
  ];
}

/** One ask whose events a test pushes. */
export class ScriptedAsk implements AskHandle {
  readonly askId: string;
  readonly request: AskRequest;
  delivery: AskHandle['delivery'] = 'provider';
  leaves = 0;
  opens: Provenance | Problem = provenance();
  #state: ReturnType<AskHandle['state']> = 'running';
  readonly #events: NumberedEvent[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(askId: string, request: AskRequest) {
    this.askId = askId;
    this.request = request;
  }

  push(...events: AnswerEvent[]): this {
    for (const event of events) {
      this.#events.push({ seq: this.#events.length + 1, event });
      if (event.type === 'answer-end') this.#state = 'answered';
      if (event.type === 'answer-problem') this.#state = 'failed';
    }
    this.#wake();
    return this;
  }

  fail(problem: Problem): this {
    this.opens = problem;
    this.#state = 'failed';
    this.#wake();
    return this;
  }

  cancel(): void {
    this.#state = 'cancelled';
  }

  state(): ReturnType<AskHandle['state']> {
    return this.#state;
  }

  async opening(signal: AbortSignal): Promise<Provenance> {
    while (this.#events.length === 0 && !(this.opens instanceof Problem)) await this.#change(signal);
    if (this.opens instanceof Problem) throw this.opens;
    return this.opens;
  }

  async *events(after: number, signal: AbortSignal): AsyncIterable<NumberedEvent> {
    for (let at = after; ; at++) {
      while (this.#events[at] === undefined) await this.#change(signal);
      const next = this.#events[at];
      if (next === undefined) return;
      yield next;
      if (next.event.type === 'answer-end' || next.event.type === 'answer-problem') return;
    }
  }

  get usageAsked(): boolean {
    return this.request.body.stream_options?.include_usage === true;
  }

  beganAnew(): number {
    return this.#events.findLast(({ event }) => event.type === 'answer-reset')?.seq ?? 0;
  }

  leave(): void {
    this.leaves++;
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  async #change(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new Error('aborted');
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(new Error('aborted'));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#changed.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** Asks as the HTTP surface sees them; `play` says how each one goes. */
export class ScriptedAsks implements Asks {
  readonly asked: ScriptedAsk[] = [];
  play: (ask: ScriptedAsk) => void = (ask) => ask.push(...goodDay({ id: ask.askId }));
  refuses: Problem | null = null;
  /** Asks that came, refused ones too. */
  calls = 0;

  async ask(request: AskRequest): Promise<AskHandle> {
    this.calls++;
    if (this.refuses !== null) throw this.refuses;
    const ask = new ScriptedAsk(request.key !== null && isAskId(request.key) ? request.key : ASK_ID, request);
    this.asked.push(ask);
    this.play(ask);
    return ask;
  }

  async find(owner: { tenant: string; user: string }, askId: string): Promise<AskHandle | null> {
    return this.#own(owner, askId);
  }

  async cancel(owner: { tenant: string; user: string }, askId: string): ReturnType<Asks['cancel']> {
    const ask = this.#own(owner, askId);
    if (ask === null) return 'unknown';
    if (ask.state() !== 'running') return 'already-over';
    ask.cancel();
    return 'cancelled';
  }

  async forget(): Promise<number> {
    return 0;
  }

  async drain(): Promise<void> {}

  #own({ tenant, user }: { tenant: string; user: string }, askId: string): ScriptedAsk | null {
    return (
      this.asked.find(
        (ask) => ask.askId === askId && ask.request.caller.tenant === tenant && ask.request.caller.user === user,
      ) ?? null
    );
  }
}
