import type { Usage } from '#shared/money.ts';

/** How an answer ended. `stop` and `tool_calls` are whole; `length` and `content_filter` are kept as what they are and never reused. */
export type FinishReason = 'stop' | 'tool_calls' | 'length' | 'content_filter';

/** A fragment of a tool call, joined by `index`; `id` and `name` come with the first fragment only. */
export interface ToolCallDelta {
  index: number;
  id?: string | undefined;
  name?: string | undefined;
  arguments?: string | undefined;
}

/** Where an answer came from and what it took; travels as `layover` beside the OpenAI fields. */
export interface Provenance {
  /** The ask's id (UUIDv7). */
  id: string;
  source: 'provider' | 'router-cache' | 'saved';
  /** Deployment that gave the answer, by its display name; null when nobody is known. */
  provider: string | null;
  /** Upstream model that answered. */
  model: string | null;
  /** Calls sent to providers for this ask. 0 when it came from memory. */
  attempts: number;
  /** How often the ask moved on to another deployment. */
  hops: number;
  /** Dollars with 9 decimals; null when a price or a usage is unknown. */
  cost_usd: string | null;
  /** A part of the cost was counted by us, not reported. */
  cost_estimated: boolean;
  /** Steps of degradation taken, in order; empty for none. */
  degraded: string[];
  /** Seconds since the provider gave this answer; 0 when live. */
  age_seconds: number;
  /** Router-measured milliseconds from arrival to the first content; null when unknown. */
  first_token_ms: number | null;
  /** The answer is a demo provider's. */
  demo: boolean;
  /** It broke off, and another deployment went on with it after so many characters. */
  continued?: { provider: string; at: number } | undefined;
}

/** An error as it stands in a body or in-band in a stream. */
export interface AnswerProblem {
  code: string;
  message: string;
  status: number;
}

/**
 * One event of an answer. The journal numbers them 1, 2, 3 …; `answer-start`, then deltas, then one end or problem.
 * `answer-reset` is a start that takes the place of all events before it.
 */
export type AnswerEvent =
  | { type: 'answer-start' | 'answer-reset'; model: string; createdSeconds: number }
  | { type: 'text-delta'; text: string }
  /** Shown while it comes, and no part of the answer. */
  | { type: 'reasoning-delta'; text: string }
  | { type: 'tool-delta'; toolCalls: ToolCallDelta[] }
  | { type: 'answer-end'; finishReason: FinishReason; usage: Usage | null; provenance: Provenance }
  | { type: 'answer-problem'; problem: AnswerProblem; provenance: Provenance | null };

/** An event with its place in the journal of its ask; `seq` is the SSE `id:` of its chunk. */
export interface NumberedEvent {
  seq: number;
  event: AnswerEvent;
}

/** A finished tool call. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** An answer collected from its events. */
export interface Answer {
  id: string;
  model: string;
  createdSeconds: number;
  text: string;
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  usage: Usage | null;
  provenance: Provenance;
}

/** Whole answers, and only they, may be given again. */
export function isWhole(finishReason: FinishReason): boolean {
  return finishReason === 'stop' || finishReason === 'tool_calls';
}

/** Whether the event carries content: the first such event is the first token, and the point of no silent return. */
export function hasContent(event: AnswerEvent): boolean {
  return event.type.endsWith('-delta');
}

/** Collects events into what is known so far. `answer` is set by `answer-end`, `problem` by `answer-problem`. */
export class AnswerCollector {
  readonly #id: string;
  #model = '';
  #createdSeconds = 0;
  #text = '';
  readonly #tools = new Map<number, ToolCall>();
  #answer: Answer | null = null;
  #problem: AnswerProblem | null = null;

  constructor(id: string) {
    this.#id = id;
  }

  add(event: AnswerEvent): void {
    switch (event.type) {
      case 'answer-start':
      case 'answer-reset':
        this.#text = '';
        this.#tools.clear();
        this.#model = event.model;
        this.#createdSeconds = event.createdSeconds;
        return;
      case 'text-delta':
        this.#text += event.text;
        return;
      case 'reasoning-delta':
        return;
      case 'tool-delta':
        for (const delta of event.toolCalls) this.#addTool(delta);
        return;
      case 'answer-end':
        this.#answer = {
          id: this.#id,
          model: this.#model,
          createdSeconds: this.#createdSeconds,
          text: this.#text,
          toolCalls: [...this.#tools.entries()].sort(([a], [b]) => a - b).map(([, call]) => call),
          finishReason: event.finishReason,
          usage: event.usage,
          provenance: event.provenance,
        };
        return;
      case 'answer-problem':
        this.#problem = event.problem;
        return;
      default:
        event satisfies never;
    }
  }

  get text(): string {
    return this.#text;
  }

  get answer(): Answer | null {
    return this.#answer;
  }

  get problem(): AnswerProblem | null {
    return this.#problem;
  }

  #addTool(delta: ToolCallDelta): void {
    const call = this.#tools.get(delta.index) ?? { id: '', name: '', arguments: '' };
    call.id ||= delta.id ?? '';
    call.name ||= delta.name ?? '';
    call.arguments += delta.arguments ?? '';
    this.#tools.set(delta.index, call);
  }
}

/** An answer taken apart into the events that give it again, in pieces of `pieceLength` characters. */
export function eventsOf(answer: Answer, pieceLength = Number.POSITIVE_INFINITY): AnswerEvent[] {
  const events: AnswerEvent[] = [{ type: 'answer-start', model: answer.model, createdSeconds: answer.createdSeconds }];
  const letters = pieceLength === Number.POSITIVE_INFINITY ? [answer.text] : pieces(answer.text, pieceLength);
  for (const text of letters) if (text !== '') events.push({ type: 'text-delta', text });
  if (answer.toolCalls.length > 0) {
    events.push({ type: 'tool-delta', toolCalls: answer.toolCalls.map((call, index) => ({ index, ...call })) });
  }
  events.push({
    type: 'answer-end',
    finishReason: answer.finishReason,
    usage: answer.usage,
    provenance: answer.provenance,
  });
  return events;
}

/** Cuts at code points, so that no surrogate pair is torn. */
function pieces(text: string, length: number): string[] {
  const points = Array.from(text);
  const cut: string[] = [];
  for (let at = 0; at < points.length; at += length) cut.push(points.slice(at, at + length).join(''));
  return cut;
}
