import { AnswerCollector, type Answer } from '#shared/answer.ts';
import { isAskId, isIdempotencyKey, mintAskId } from '#shared/ask-id.ts';
import { writeCompletion } from '#shared/chat-wire.ts';
import { chatRequestSchema, featureOf, type ChatRequest } from '#shared/chat.ts';
import { isProblemCode, Problem } from '#shared/problem.ts';
import type { AskHandle } from '../ask/asks.ts';
import type { Grants } from '../store/sessions.ts';
import { userNamed } from '../ask/entitlement.ts';
import { writeProvenance } from './answer-headers.ts';
import { streamAnswer } from './answer-stream.ts';
import { readBody } from './body.ts';
import { readDirectAsk, respondPassed } from './direct-asks.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { secureResponse } from './security.ts';
import { visitFrom } from './visit.ts';

/** `POST /ai` and `POST /v1/chat/completions`. */
export async function postAsk(c: HttpContext, parts: HttpParts): Promise<Response> {
  const arrivedAtMs = parts.clock.now();
  const arrivedMonotonicMs = parts.clock.monotonic();
  const key = readKey(c);
  c.set('requestId', key !== null && isAskId(key) ? key : mintAskId(parts.clock, parts.random));
  const { grants } = await parts.callers.identify(visitFrom(c));
  if (parts.bypass.switch.state().kind === 'on') {
    const named = { feature: readFeature(c), hasKey: key !== null, caller: grants, arrivedAtMs, arrivedMonotonicMs };
    return respondDirectly(c, parts, await readDirectAsk(c, parts, named));
  }
  const body = await readBody(c.req.raw, chatRequestSchema, parts.configuration.general.bodyBytes);
  checkWords(body);
  const handle = await parts.asks.ask({
    caller: userNamed(grants, body.user),
    body,
    feature: readFeature(c) ?? featureOf(body),
    key,
    noCache: /(?:^|[\s,])no-cache(?:$|[\s,])/i.test(c.req.header('cache-control') ?? ''),
    synthetic: false,
    pin: readPin(c, grants),
    reader: body.stream === true ? readerOf(c) : 'collects',
    arrivedAtMs,
    arrivedMonotonicMs,
  });
  c.set('requestId', handle.askId);
  if (body.stream === true) {
    return respondStream({ c, parts, handle, after: 0, includeUsage: body.stream_options?.include_usage === true });
  }
  return respondJson(c, parts, handle);
}

/** Past everything that a router does: the answer of the primary. */
async function respondDirectly(
  c: HttpContext,
  parts: HttpParts,
  { ask, includeUsage }: Awaited<ReturnType<typeof readDirectAsk>>,
): Promise<Response> {
  const answer = await parts.bypass.answer(ask, c.req.raw.signal);
  if (answer.kind === 'passed') return respondPassed(answer);
  const { handle } = answer;
  return ask.isStream ? respondStream({ c, parts, handle, after: 0, includeUsage }) : respondJson(c, parts, handle);
}

/** A stream of an ask; its status is true because it waits for the opening. */
export async function respondStream(reply: {
  c: HttpContext;
  parts: HttpParts;
  handle: AskHandle;
  after: number;
  includeUsage: boolean;
}): Promise<Response> {
  const { c, parts, handle, after, includeUsage } = reply;
  const { signal } = c.req.raw;
  try {
    const provenance = await handle.opening(signal);
    const failed = (cause: unknown): void =>
      parts.log.error({ request_id: handle.askId, err: cause }, 'A stream broke off in the router itself.');
    const reader = { after, includeUsage, resets: readerOf(c) === 'resets', clock: parts.clock, failed };
    const headers = {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      ...writeProvenance({ ...provenance, id: handle.askId }, 'stream'),
    };
    sendTogether(c);
    return secureResponse(streamAnswer(handle, reader, signal), headers, parts.epoch);
  } catch (failure) {
    handle.leave();
    throw failure;
  }
}

/** Head and first piece of a stream go out in one write: the piece is there when the event loop has turned twice. */
function sendTogether(c: HttpContext): void {
  // Called as a function (tests) an app has no bindings at all.
  const socket = (c.env as HttpContext['env'] | undefined)?.outgoing?.socket;
  socket?.cork();
  setImmediate(() => setImmediate(() => socket?.uncork()));
}

/** What a reader of a stream can do when its answer begins anew. */
export function readerOf(c: HttpContext): 'resets' | 'appends' {
  return /(?:^|[\s,])reset(?:$|[\s,])/i.test(c.req.header('x-layover-accept') ?? '') ? 'resets' : 'appends';
}

/** The whole answer in JSON, or its problem with its own status. */
export async function respondJson(c: HttpContext, parts: HttpParts, handle: AskHandle): Promise<Response> {
  try {
    const answer = await collect(handle, c.req.raw.signal);
    const headers = {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...writeProvenance({ ...answer.provenance, id: handle.askId }, 'json'),
    };
    return secureResponse(JSON.stringify(writeCompletion(answer)), headers, parts.epoch);
  } finally {
    handle.leave();
  }
}

async function collect(handle: AskHandle, signal: AbortSignal): Promise<Answer> {
  await handle.opening(signal);
  const collector = new AnswerCollector(handle.askId);
  for await (const { event } of handle.events(0, signal)) collector.add(event);
  if (collector.answer !== null) return collector.answer;
  const { problem } = collector;
  if (problem === null) throw new Problem('stream_incomplete', 'The answer broke off.');
  if (isProblemCode(problem.code)) throw asToldBefore(problem.code, problem.message);
  throw new Problem('broken', problem.message);
}

/** A problem kept in the journal holds its hint already; it is not said twice. */
function asToldBefore(code: Problem['code'], message: string): Problem {
  const { hint } = new Problem(code, '');
  return new Problem(code, message.endsWith(` ${hint}`) ? message.slice(0, -hint.length - 1) : message);
}

function readKey(c: HttpContext): string | null {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return null;
  if (isIdempotencyKey(key)) return key;
  throw new Problem('header_malformed', '`Idempotency-Key` must be 1 to 255 visible ASCII characters.', {
    param: 'idempotency-key',
  });
}

/** An operator may say which deployment alone shall answer. */
function readPin(c: HttpContext, { role }: Grants): string | null {
  const pin = c.req.header('x-layover-pin');
  if (pin === undefined) return null;
  if (role !== 'operator')
    throw new Problem('not_allowed', '`x-layover-pin` is for operators: it chooses the deployment that answers.', {
      param: 'x-layover-pin',
    });
  if (/^[\x21-\x7e]{1,400}$/.test(pin)) return pin;
  throw new Problem('header_malformed', '`x-layover-pin` must be 1 to 400 visible ASCII characters.', {
    param: 'x-layover-pin',
  });
}

function readFeature(c: HttpContext): string | null {
  const feature = c.req.header('x-layover-feature');
  if (feature === undefined) return null;
  if (/^[\x21-\x7e]{1,100}$/.test(feature)) return feature;
  throw new Problem('header_malformed', '`x-layover-feature` must be 1 to 100 visible ASCII characters.', {
    param: 'x-layover-feature',
  });
}

function checkWords(body: ChatRequest): void {
  if (body.messages !== undefined && body.prompt !== undefined) {
    throw new Problem('body_malformed', 'The body has both `messages` and `prompt`.', { param: 'prompt' });
  }
  if (body.messages === undefined && body.prompt === undefined) {
    throw new Problem('body_malformed', 'The body has neither `messages` nor `prompt`.', { param: 'messages' });
  }
}
