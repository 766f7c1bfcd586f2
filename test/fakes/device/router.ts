import { eventsOf, type Answer } from '#shared/answer.ts';
import { ChunkWriter, writeCompletion } from '#shared/chat-wire.ts';
import type { TelemetryBatch } from '#shared/telemetry.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';

/** `hollow` and `noise` forge our header, with JSON that is no answer and a stream that begins with no chunk. */
export type Line = 'through' | 'down' | 'silent' | 'portal' | 'redirect' | 'proxy-502' | 'hollow' | 'noise';

/** A refusal or failure that the next runs end in. */
export interface Failure {
  status: number;
  code: string;
  headers?: Record<string, string>;
}

/**
 * A router that keeps its word on the wire (one run per key, numbered events, resume by id), on a line that a test spoils.
 * Called as a function, so that a test decides about time.
 */
export class FakeRouter {
  readonly calls: string[] = [];
  /** Bodies that ran, by ask id: one entry means that one was billed. */
  readonly runs: { key: string; body: string }[] = [];
  readonly events: TelemetryBatch['events'] = [];
  readonly batches: TelemetryBatch[] = [];
  readonly cancelled: string[] = [];
  line: Line = 'through';
  policy: TravelPolicy = somePolicy();
  text = 'The sky is blue because short waves scatter most. 青い空 🌌';
  pieceChars = 7;
  finishReason: Answer['finishReason'] = 'stop';
  failure: Failure | null = null;
  /** Whoever is signed in was erased there. */
  forgets = false;
  /** Each entry cuts one stream or body, after so many characters. -1: the request dies without any answer, after the run began. */
  cuts: number[] = [];
  /** The next stream or body stands still after so many characters, until it is given up. */
  stall: number | null = null;
  /** Resolves when an answer may be given; null for at once. */
  gate: Promise<void> | null = null;
  readonly #answers = new Map<string, Answer>();
  readonly #unanswered: Request[] = [];

  readonly fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    this.calls.push(`${request.method} ${pathname}`);
    switch (this.line) {
      case 'down':
        throw new TypeError('fetch failed');
      case 'silent':
        // Node drops a request that nobody holds, and its signal with it.
        this.#unanswered.push(request);
        return new Promise((_resolve, reject) => {
          request.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        });
      case 'portal':
        return new Response('<h1>PORTAL</h1>', { headers: { 'content-type': 'text/html' } });
      case 'redirect':
        return new Response(null, { status: 302, headers: { location: 'http://portal.example/' } });
      case 'proxy-502':
        return new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } });
      case 'hollow':
        return reply(200, { welcome: true });
      case 'noise':
        return new Response('data: welcome\n\n', {
          headers: { 'content-type': 'text/event-stream', 'x-layover': '1' },
        });
      case 'through':
        return this.#serve(request, pathname);
      default:
        return this.line satisfies never;
    }
  };

  /** Forgets every answer, as a router does that was killed while it ran: what is asked again runs again. */
  crash(): void {
    this.#answers.clear();
  }

  async #serve(request: Request, pathname: string): Promise<Response> {
    if (pathname === '/api/travel' && this.forgets) return fail({ status: 401, code: 'person_forgotten' }, 'none');
    if (pathname === '/api/travel') return reply(200, this.policy, { etag: `"${this.policy.epoch}"` });
    if (pathname === '/healthz') return reply(200, { ok: true });
    if (pathname === '/api/session') return new Response(null, { status: 204, headers: { 'x-layover': '1' } });
    if (pathname === '/telemetry') return this.#takeEvents((await request.json()) as TelemetryBatch);
    const byId = /^\/ai\/(.+)$/.exec(pathname)?.[1];
    if (byId !== undefined && request.method === 'DELETE') {
      this.cancelled.push(byId);
      return reply(200, { cancelled: true });
    }
    if (byId !== undefined) return this.#resume(request, byId);
    return this.#ask(request);
  }

  async #ask(request: Request): Promise<Response> {
    const key = request.headers.get('idempotency-key') ?? 'none';
    const body = await request.text();
    if (this.gate !== null) await this.gate;
    if (this.failure !== null) return fail(this.failure, key);
    if (!this.#answers.has(key)) {
      this.runs.push({ key, body });
      this.#answers.set(key, this.#make(key));
    }
    const wanted = JSON.parse(body) as { stream?: boolean; stream_options?: { include_usage?: boolean } };
    const includeUsage = wanted.stream_options?.include_usage === true;
    return this.#give(key, wanted.stream === true ? { after: 0, includeUsage } : null, request);
  }

  #resume(request: Request, id: string): Response {
    if (!this.#answers.has(id)) return fail({ status: 404, code: 'ask_unknown' }, id);
    const stream = (request.headers.get('accept') ?? '').includes('event-stream');
    const after = Number(request.headers.get('last-event-id') ?? 0);
    const includeUsage = new URL(request.url).searchParams.get('include_usage') === 'true';
    return this.#give(id, stream ? { after, includeUsage } : null, request);
  }

  #give(id: string, stream: { after: number; includeUsage: boolean } | null, request: Request): Response {
    const answer = this.#answers.get(id);
    if (answer === undefined) throw new Error(`No answer ${id}.`);
    const cut = this.cuts.shift() ?? null;
    if (cut === -1) throw new TypeError('fetch failed');
    const text = stream === null ? JSON.stringify(writeCompletion(answer)) : this.#chunks(answer, stream);
    const { stall } = this;
    this.stall = null;
    if (stall !== null) this.#unanswered.push(request);
    return new Response(stall === null ? bytesOf(text, cut) : stalled(text.slice(0, stall), request.signal), {
      headers: {
        'content-type': stream !== null ? 'text/event-stream; charset=utf-8' : 'application/json',
        'x-layover': '1',
        'x-request-id': id,
        'x-layover-source': 'provider',
        'x-layover-policy': String(this.policy.epoch),
      },
    });
  }

  #chunks(answer: Answer, { after, includeUsage }: { after: number; includeUsage: boolean }): string {
    const writer = new ChunkWriter(answer.id, { includeUsage });
    return eventsOf(answer, this.pieceChars)
      .map((event, at) => ({ seq: at + 1, event }))
      .map((numbered) => {
        const last = numbered.event.type === 'answer-end' && includeUsage;
        if (numbered.seq > after || (last && numbered.seq === after)) return writer.write(numbered, after);
        writer.skip(numbered.event);
        return '';
      })
      .join('');
  }

  #make(id: string): Answer {
    return {
      id,
      model: 'demo/one',
      createdSeconds: 1_700_000_000,
      text: this.text,
      toolCalls: [],
      finishReason: this.finishReason,
      usage: null,
      provenance: {
        id,
        source: 'provider',
        provider: 'one',
        model: 'demo-1',
        attempts: 1,
        hops: 0,
        cost_usd: '0.000100000',
        cost_estimated: false,
        degraded: [],
        age_seconds: 0,
        first_token_ms: 12,
        demo: true,
      },
    };
  }

  #takeEvents(batch: TelemetryBatch): Response {
    this.batches.push(batch);
    const known = new Set(this.events.map((event) => event.event_id));
    const fresh = batch.events.filter((event) => !known.has(event.event_id));
    this.events.push(...fresh);
    return reply(200, { accepted: fresh.length, repeated: batch.events.length - fresh.length });
  }
}

function reply(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'x-layover': '1', ...headers },
  });
}

function fail({ status, code, headers }: Failure, id: string): Response {
  const error = { message: `It failed with ${code}.`, type: 'server_error', param: null, code };
  return reply(status, { error }, { 'x-request-id': id, ...headers });
}

/** The text in uneven pieces of bytes; with `cut` it breaks off after so many characters. */
function bytesOf(text: string, cut: number | null): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const end = cut === null ? bytes.length : Math.min(bytes.length, cut);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < end) {
        const next = Math.min(end, at + 11 + (at % 17));
        controller.enqueue(bytes.slice(at, next));
        at = next;
      } else if (cut === null) controller.close();
      else controller.error(new TypeError('terminated'));
    },
  });
}

/** The text, and then nothing until the request is given up. */
function stalled(text: string, signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      signal.addEventListener('abort', () => controller.error(new DOMException('aborted', 'AbortError')));
    },
  });
}

export function somePolicy(): TravelPolicy {
  return {
    epoch: 1,
    tenant_hash: 'aaaaaaaaaaaaaaaa',
    user_hash: 'bbbbbbbbbbbbbbbb',
    role: 'asker',
    guest: true,
    default_feature: 'chat',
    features: [
      {
        name: 'chat',
        title: 'Chat',
        prompt_version: 1,
        model_alias: 'app/chat',
        scope: 'tenant',
        normalization: { nfkc: false, fold_case: false, ignore_patterns: [] },
        device: { store: 'store_unless_pii', fresh_seconds: 86_400, keep_days: 30, queue: true },
      },
    ],
    limits: {
      first_token_saved_ms: 3_000,
      first_token_none_ms: 30_000,
      headers_ms: 10_000,
      gap_ms: 20_000,
      resume_ms: 20_000,
      outbox_days: 6,
      saved_count: 100,
      saved_bytes: 1_000_000,
      body_bytes: 1_000_000,
    },
    simulator: true,
    demo: true,
  };
}
