import type { Answer } from '#shared/answer.ts';
import { isAskId } from '#shared/ask-id.ts';
import { NoAnswer, type Call, type Connection, type Outgoing } from '#device/call.ts';
import { askRest, follow, pause, readText, resumeUntil } from '#device/following.ts';
import type { Piece } from '#device/piece.ts';
import { isStream } from '#device/proof.ts';
import { readWholeAnswer } from '#device/whole-answer.ts';

/** How an answer of our router begins: a stream up to its first content, or a whole body. `answer` is null in a failure of the router's. */
export type Opening =
  | { kind: 'stream'; response: Response; head: Piece[]; rest: AsyncGenerator<Piece[], void, undefined> }
  | { kind: 'body'; response: Response; text: string; answer: Answer | null };

/** An answer of our router that nobody here can read: the script that reads it cannot be had. It is passed on as it comes. */
export interface Unread {
  kind: 'unread';
  response: Response;
}

/**
 * Sends the ask and waits for its first content. Throws `NoAnswer`. With `persistent`, a request that died without a word is
 * followed up by its id: the router may have heard it.
 */
export async function openAnswer(call: Call, outgoing: Outgoing, persistent: boolean): Promise<Opening | Unread> {
  let connection: Connection | null = null;
  let missed: unknown;
  try {
    connection = await call.post(outgoing);
  } catch (thrown) {
    if (!persistent || !isGone(thrown)) throw thrown;
    missed = thrown;
  }
  const later = await call.device.later().catch(() => null);
  if (later !== null) return later.takeUp(call, connection ?? (await later.followUp(call, outgoing, missed)));
  if (connection === null) throw missed;
  return { kind: 'unread', response: connection.response };
}

function isGone(thrown: unknown): boolean {
  return thrown instanceof NoAnswer && thrown.network === 'offline';
}

/** Sends an ask and waits for its first content, where the script that reads it is here. */
export async function openWaiting(call: Call, outgoing: Outgoing): Promise<Opening> {
  const connection = await call.post(outgoing).catch((thrown: unknown) => {
    if (!isGone(thrown)) throw thrown;
    return followUp(call, outgoing, thrown);
  });
  return takeUp(call, connection);
}

/** Asks for an answer by its id after a request that died without a word; sends it again where the router never heard of it. */
export async function followUp(call: Call, outgoing: Outgoing, thrown: unknown): Promise<Connection> {
  if (!isAskId(call.askId)) throw thrown;
  const accept = wantsStream(outgoing) ? 'text/event-stream' : 'application/json';
  const found = await askRest(call, accept, 0).catch((missed: unknown) => {
    // There is no line at all: what the first try said holds.
    if (missed instanceof NoAnswer) throw thrown;
    throw missed;
  });
  if (found.response.status === 200 || found.response.status === 202) return found;
  found.close();
  // The router never heard of it. The key makes a second try harmless.
  return call.post(outgoing);
}

/** Waits for the first content of an answer that has begun. Throws `NoAnswer`. */
export async function takeUp(call: Call, connection: Connection): Promise<Opening> {
  const given = connection.response.headers.get('x-request-id');
  if (given !== null && isAskId(given)) call.askId = given;
  if (connection.response.status === 200 && isStream(connection.response)) {
    const rest = follow(call, connection);
    return { kind: 'stream', response: connection.response, head: await firstContent(rest), rest };
  }
  const body = await readBody(call, connection);
  // Whoever forges our header does not forge an answer.
  if (body.response.ok && body.answer === null) throw new NoAnswer('bad-answer');
  return body;
}

function wantsStream(outgoing: Outgoing): boolean {
  return /"stream"\s*:\s*true/.test(outgoing.body);
}

/** Reads on until something to show has come, or the end. What begins with anything but a chunk of ours is no answer. */
async function firstContent(rest: AsyncGenerator<Piece[], void, undefined>): Promise<Piece[]> {
  const head: Piece[] = [];
  for (;;) {
    const { done, value } = await rest.next();
    if (done) return head;
    const [first] = value;
    if (head.length === 0 && first?.reading?.model == null && first?.reading?.problem == null) {
      await rest.return();
      throw new NoAnswer('bad-answer');
    }
    head.push(...value);
    if (value.some(({ event, reading }) => event.data === '[DONE]' || isContent(reading))) return head;
  }
}

function isContent(reading: Piece['reading']): boolean {
  return (
    reading !== null &&
    (reading.text !== '' || reading.toolCalls.length > 0 || reading.finishReason !== null || reading.problem !== null)
  );
}

/** Reads a body whole; one that was cut, or is still being made, is asked for again by its id. */
async function readBody(call: Call, first: Connection): Promise<Extract<Opening, { kind: 'body' }>> {
  let connection: Connection | null = first;
  let until: number | null = null;
  for (let nth = 0; ; nth++) {
    if (connection !== null) {
      const text = await readText(call, connection);
      if (text !== null && connection.response.status !== 202) {
        const { response } = connection;
        return { kind: 'body', response, text, answer: response.ok ? readWholeAnswer(text) : null };
      }
      if (text !== null) until = resumeUntil(call);
      else {
        call.trouble = 'cut';
        call.resumes += 1;
        call.step('cut');
        // From the first cut on, however often it is cut again.
        until ??= resumeUntil(call);
        if (!isAskId(call.askId)) throw new NoAnswer('cut');
      }
    }
    await pause(call, nth, until ?? resumeUntil(call));
    connection = await askRest(call, 'application/json', 0).catch((missed: unknown) => {
      if (missed instanceof NoAnswer) return null;
      throw missed;
    });
  }
}
