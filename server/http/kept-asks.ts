import { isAskId } from '#shared/ask-id.ts';
import { Problem } from '#shared/problem.ts';
import type { AskHandle } from '../ask/asks.ts';
import { userNamed } from '../ask/entitlement.ts';
import type { Grants } from '../store/sessions.ts';
import { readerOf, respondJson, respondStream } from './asks.ts';
import type { HttpContext, HttpParts } from './parts.ts';
import { visitFrom } from './visit.ts';

/** `GET /ai/{id}`: the answer again, from any point, as a stream (`?include_usage=true` for the chunk of usage) or whole. */
export async function getAsk(c: HttpContext, parts: HttpParts): Promise<Response> {
  const grants = await ownerFrom(c, parts);
  const askId = readId(c);
  const after = readAfter(c);
  const streams = /\btext\/event-stream\b/i.test(c.req.header('accept') ?? '');
  const handle = await parts.asks.find(grants, askId, streams ? readerOf(c) : 'collects');
  if (handle === null) throw unknown();
  c.set('requestId', askId);
  if (streams) {
    return respondStream({ c, parts, handle, after, includeUsage: wantsUsage(c, handle) });
  }
  if (handle.state() === 'running') return respondState(handle, 202);
  return respondJson(c, parts, handle);
}

/** `DELETE /ai/{id}`: stop it; what it is afterwards. */
export async function deleteAsk(c: HttpContext, parts: HttpParts): Promise<Response> {
  const grants = await ownerFrom(c, parts);
  const askId = readId(c);
  const outcome = await parts.asks.cancel(grants, askId);
  switch (outcome) {
    case 'unknown':
      throw unknown();
    case 'cancelled':
      return Response.json({ id: askId, layover: { state: 'cancelled' } });
    case 'already-over': {
      const handle = await parts.asks.find(grants, askId);
      if (handle === null) throw unknown();
      return respondState(handle, 200);
    }
    default:
      return outcome satisfies never;
  }
}

/** As it is said here, else as it was said when it was asked. */
function wantsUsage(c: HttpContext, handle: AskHandle): boolean {
  const said = c.req.query('include_usage');
  return said === undefined ? handle.usageAsked : said === 'true';
}

function respondState(handle: AskHandle, status: number): Response {
  try {
    const state = handle.state();
    return Response.json(
      { id: handle.askId, layover: { state } },
      { status, headers: { 'cache-control': 'no-store', 'x-request-id': handle.askId } },
    );
  } finally {
    handle.leave();
  }
}

/** Whose asks are meant: a key that names users says whose by `?user=`, as a GET has no body. */
async function ownerFrom(c: HttpContext, parts: HttpParts): Promise<Grants> {
  const { grants } = await parts.callers.identify(visitFrom(c));
  return userNamed(grants, c.req.query('user'));
}

function unknown(): Problem {
  return new Problem('ask_unknown', 'There is no ask of yours with this id.');
}

function readId(c: HttpContext): string {
  const id = c.req.param('id') ?? '';
  if (!isAskId(id)) throw unknown();
  return id;
}

/** Where to go on: `Last-Event-ID`, which a browser's reconnect sends, else `?after=`. */
function readAfter(c: HttpContext): number {
  const header = c.req.header('last-event-id');
  const text = header ?? c.req.query('after') ?? '0';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const name = header === undefined ? 'after' : 'last-event-id';
  throw new Problem('header_malformed', `\`${name}\` must be the number of an event, such as 12.`, { param: name });
}
