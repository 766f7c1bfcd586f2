import { AnswerCollector, type Answer, type FinishReason, type Provenance } from '#shared/answer.ts';
import type { ChunkReading } from '#shared/chat-wire.ts';
import type { Usage } from '#shared/money.ts';
import { provenanceSchema } from '#shared/chat.ts';

/** Longest answer of which a copy is kept, in characters. Past it the answer still passes; the copy is given up. */
export const MAX_COPY_CHARS = 2_000_000;

/** The copy of an answer that is kept while it passes. */
export class AnswerCopy {
  readonly #id: string;
  readonly #collector: AnswerCollector;
  #started = false;
  #chars = 0;
  #finish: FinishReason | null = null;
  #usage: Usage | null = null;
  #provenance: Provenance | null = null;
  #problem: { code: string; message: string } | null = null;

  constructor(id: string) {
    this.#id = id;
    this.#collector = new AnswerCollector(id);
  }

  add(reading: ChunkReading): void {
    this.#finish = reading.finishReason ?? this.#finish;
    this.#usage = reading.usage ?? this.#usage;
    this.#provenance = reading.provenance ?? this.#provenance;
    this.#problem = reading.problem ?? this.#problem;
    if (!this.#started && reading.model !== null) {
      this.#started = true;
      this.#collector.add({
        type: 'answer-start',
        model: reading.model,
        createdSeconds: reading.createdSeconds ?? 0,
      });
    }
    this.#chars +=
      reading.text.length + reading.toolCalls.reduce((sum, call) => sum + (call.arguments?.length ?? 0), 0);
    if (this.tooLong) return;
    if (reading.text !== '') this.#collector.add({ type: 'text-delta', text: reading.text });
    if (reading.toolCalls.length > 0) this.#collector.add({ type: 'tool-delta', toolCalls: reading.toolCalls });
  }

  get text(): string {
    return this.#collector.text;
  }

  get tooLong(): boolean {
    return this.#chars > MAX_COPY_CHARS;
  }

  get problem(): { code: string; message: string } | null {
    return this.#problem;
  }

  /** The answer, when it came to its end and fits; provenance that did not come is read from the headers. */
  end(headers: Headers): Answer | null {
    if (this.#finish === null || this.#problem !== null || this.tooLong) return null;
    this.#collector.add({
      type: 'answer-end',
      finishReason: this.#finish,
      usage: this.#usage,
      provenance: this.#provenance ?? provenanceOf(headers, this.#id),
    });
    return this.#collector.answer;
  }
}

/** Provenance as the headers of an answer tell it; what they tell wrongly tells nothing. */
export function provenanceOf(headers: Headers, id: string): Provenance {
  const count = (name: string): number => Number(headers.get(name) ?? 0) || 0;
  const unknown: Provenance = {
    id,
    source: 'provider',
    provider: null,
    model: null,
    attempts: 0,
    hops: 0,
    cost_usd: null,
    cost_estimated: false,
    degraded: [],
    age_seconds: 0,
    first_token_ms: null,
    demo: false,
  };
  const read = provenanceSchema.safeParse({
    ...unknown,
    id: headers.get('x-request-id') ?? id,
    source: headers.get('x-layover-source') ?? 'provider',
    provider: headers.get('x-layover-provider'),
    model: headers.get('x-layover-model'),
    attempts: count('x-layover-attempts'),
    hops: count('x-layover-hops'),
    cost_usd: headers.get('x-layover-cost-usd'),
    degraded: (headers.get('x-layover-degraded') ?? '').split(',').filter((step) => step !== ''),
    age_seconds: count('age'),
  });
  return read.success ? read.data : unknown;
}
