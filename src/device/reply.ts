import { eventsOf, type Answer, type AnswerEvent } from '#shared/answer.ts';
import { ChunkWriter, writeCompletion } from '#shared/chat-wire.ts';
import type { Clock } from '#shared/clock.ts';
import { isCurable, statusOf } from '#shared/problem-codes.ts';
import type { Ask } from '#device/ask.ts';
import { writeFailure, type Failure } from '#device/failure.ts';
import { inWords, pacedBody } from '#device/pace.ts';
import type { Network, SavedRow } from '#device/rows.ts';

/** Characters of a saved answer per chunk: readers that paint by chunk show its beginning at once. */
const PIECE_CHARS = 400;

/** A saved answer, as the ask it now answers would have had it: who gave it stays, what this ask cost is nothing. */
export function savedAnswer(ask: Ask, row: SavedRow, nowMs: number): Answer {
  const age = Math.max(0, (nowMs - row.savedAtMs) / 1000);
  return {
    ...row.answer,
    id: ask.id,
    provenance: {
      ...row.answer.provenance,
      id: ask.id,
      source: 'saved',
      attempts: 0,
      hops: 0,
      cost_usd: '0.000000000',
      cost_estimated: false,
      age_seconds: Math.round(row.answer.provenance.age_seconds + age),
      first_token_ms: null,
    },
  };
}

/** A stream that is given piece by piece. */
export type Pace = Omit<ReturnType<typeof pacedBody>, 'body'>;

/**
 * The saved answer on the wire the caller asked for: JSON or SSE, at once or at a natural pace. Its last piece waits until `kept`
 * has settled.
 */
export function replySaved(
  ask: Ask,
  answer: Answer,
  network: Network,
  { clock, kept }: { clock: Clock; kept: Promise<unknown> },
): { response: Response; pace: Pace | null } {
  const headers = ours(ask, network);
  headers.set('x-layover-source', 'saved');
  headers.set('age', String(answer.provenance.age_seconds));
  if (answer.provenance.provider !== null) headers.set('x-layover-provider', answer.provenance.provider);
  if (answer.provenance.model !== null) headers.set('x-layover-model', answer.provenance.model);
  if (!ask.stream) return { response: json(200, JSON.stringify(writeCompletion(answer)), headers), pace: null };
  const writer = new ChunkWriter(ask.id, { includeUsage: ask.includeUsage });
  const events = ask.natural ? eventsInWords(answer) : eventsOf(answer, PIECE_CHARS);
  const [start = '', ...pieces] = events.map((event, at) => writer.write({ seq: at + 1, event }));
  headers.set('content-type', 'text/event-stream; charset=utf-8');
  headers.set('cache-control', 'no-store');
  if (!ask.natural) return { response: new Response(start + pieces.join(''), { headers }), pace: null };
  pieces[0] = start + (pieces[0] ?? '');
  const { body, ...pace } = pacedBody(pieces, clock, kept);
  return { response: new Response(body, { headers }), pace };
}

function eventsInWords(answer: Answer): AnswerEvent[] {
  const [start, ...end] = eventsOf({ ...answer, text: '' });
  const words = inWords(answer.text).map((text): AnswerEvent => ({ type: 'text-delta', text }));
  return start === undefined ? [] : [start, ...words, ...end];
}

/** It waits in the outbox. JSON also for a caller that wanted a stream: it said that it understands this. */
export function replyQueued(ask: Ask, network: Network): Response {
  const headers = ours(ask, network);
  headers.set('preference-applied', 'respond-async');
  return json(202, JSON.stringify({ id: ask.id, layover: { state: 'queued', network } }), headers);
}

export function replyFailure(ask: Ask, failure: Failure, network: Network): Response {
  const headers = ours(ask, network);
  headers.set('x-should-retry', String(isCurable(failure.code)));
  return json(statusOf(failure.code), writeFailure(failure), headers);
}

/** An answer of the router passed on: what described its transport does not describe ours. */
export function passedHeaders(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name);
  return headers;
}

function ours(ask: Ask, network: Network): Headers {
  return new Headers({ 'x-layover': '1', 'x-request-id': ask.id, 'x-layover-network': network });
}

function json(status: number, body: string, headers: Headers): Response {
  headers.set('content-type', 'application/json');
  headers.set('cache-control', 'no-store');
  return new Response(body, { status, headers });
}
