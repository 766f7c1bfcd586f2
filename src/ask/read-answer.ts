import type { FinishReason, Provenance } from '#shared/answer.ts';
import { chatChunkSchema, provenanceSchema } from '#shared/chat.ts';
import { readChunk } from '#shared/chat-wire.ts';
import type { Clock } from '#shared/clock.ts';
import { parseJson } from '#shared/json.ts';
import { readSse } from '#shared/sse.ts';
import { networkSchema, type Network } from '#device/rows.ts';
import { readFailure } from '../app/wire.ts';
import type { Entry } from '../waiting/entry.ts';
import type { AnswerView, Arrival } from './answer-view.ts';

/** Reads one answer as it comes and says after each piece how it stands. Resolves with how it ended; a broken stream is an end too. */
export async function readAnswer(
  response: Response,
  { clock, askedAt, onChange }: { clock: Clock; askedAt: number; onChange: (view: AnswerView) => void },
): Promise<AnswerView> {
  if (response.status === 202) return { kind: 'waiting', entry: justQueued(readNetwork(response.headers)) };
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || response.body === null) return failed(readFailure(await response.text(), response.status));
  if (!type.includes('text/event-stream') || response.headers.get('x-layover') !== '1') {
    return type.includes('text/html')
      ? { kind: 'failed', code: 'portal', message: 'A sign-in page answered in place of the router.' }
      : { kind: 'failed', code: 'bad_answer', message: 'Something that is not the router answered.' };
  }
  const reading = new Reading(readArrival(response.headers));
  try {
    for await (const event of readSse(response.body)) {
      if (event.data === '[DONE]') return reading.end(clock.monotonic() - askedAt);
      const chunk = chatChunkSchema.safeParse(valueOf(event.data));
      if (!chunk.success)
        return reading.cut('stream_incomplete', 'The stream held something that is no part of an answer.');
      const problem = reading.add(chunk.data, clock.monotonic() - askedAt);
      if (problem !== null) return reading.cut(problem.code, problem.message);
      onChange(reading.view());
    }
  } catch (cause) {
    const why = cause instanceof RangeError ? cause.message : 'The line broke before the end.';
    return reading.cut('stream_incomplete', why);
  }
  return reading.cut('stream_incomplete', 'The stream ended before the answer did.');
}

/** An ask that waits, before the line is known. */
function justQueued(network: Network): Entry {
  return { kind: 'queued', place: null, line: 0, network, notBeforeMs: 0, toTell: false };
}

/** The state of one answer while it is read. */
class Reading {
  readonly #arrival: Arrival;
  #text = '';
  #firstWordMs: number | null = null;
  #finishReason: FinishReason | null = null;
  #provenance: Provenance | null = null;

  constructor(arrival: Arrival) {
    this.#arrival = arrival;
  }

  add(chunk: Parameters<typeof readChunk>[0], sinceMs: number): { code: string; message: string } | null {
    const reading = readChunk(chunk);
    if (reading.text !== '') this.#firstWordMs ??= sinceMs;
    this.#text += reading.text;
    this.#finishReason ??= reading.finishReason;
    this.#provenance = reading.provenance ?? this.#provenance;
    return reading.problem;
  }

  view(): AnswerView {
    return { kind: 'arriving', text: this.#text, arrival: this.#arrival, firstWordMs: this.#firstWordMs };
  }

  end(totalMs: number): AnswerView {
    if (this.#finishReason === null) return this.cut('stream_incomplete', 'The stream ended before the answer did.');
    const provenance = this.#provenance ?? headProvenance(this.#arrival);
    return {
      kind: 'whole',
      text: this.#text,
      finishReason: this.#finishReason,
      provenance,
      network: this.#arrival.network,
      waitedMs: 0,
      firstTokenMs: this.#firstWordMs,
      totalMs,
      atMs: null,
      fresh: null,
    };
  }

  cut(code: string, message: string): AnswerView {
    if (this.#text === '') return { kind: 'failed', code, message };
    return { kind: 'partial', text: this.#text, code, message };
  }
}

function readArrival(headers: Headers): Arrival {
  const source = provenanceSchema.shape.source.safeParse(headers.get('x-layover-source'));
  const count = (name: string): number => Math.max(0, Number(headers.get(name) ?? 0) || 0);
  return {
    source: source.success ? source.data : 'provider',
    provider: headers.get('x-layover-provider'),
    model: headers.get('x-layover-model'),
    ageSeconds: count('age'),
    hops: count('x-layover-hops'),
    network: readNetwork(headers),
  };
}

/** Why the device modules did not give a live answer; `ok` when they say nothing of it. */
function readNetwork(headers: Headers): Network {
  const network = networkSchema.safeParse(headers.get('x-layover-network'));
  return network.success ? network.data : 'ok';
}

function headProvenance(arrival: Arrival): Provenance {
  return {
    id: '',
    source: arrival.source,
    provider: arrival.provider,
    model: arrival.model,
    attempts: 0,
    hops: arrival.hops,
    cost_usd: null,
    cost_estimated: false,
    degraded: [],
    age_seconds: arrival.ageSeconds,
    first_token_ms: null,
    demo: false,
  };
}

function failed({ code, message }: { code: string; message: string }): AnswerView {
  return { kind: 'failed', code, message };
}

function valueOf(text: string): unknown {
  const json = parseJson(text);
  return json.ok ? json.value : null;
}
