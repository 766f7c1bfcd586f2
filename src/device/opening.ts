import type { Answer } from '#shared/answer.ts';
import { isAskId } from '#shared/ask-id.ts';
import { NoAnswer, type Call, type Connection, type Outgoing } from '#device/call.ts';
import type { Piece } from '#device/piece.ts';
import { isStream } from '#device/proof.ts';
import { readWholeAnswer } from '#device/whole-answer.ts';

/** How an answer of our router begins: a stream up to its first content, or a whole body. `answer` is null in a failure of the router's. */
export type Opening =
  | { kind: 'stream'; response: Response; head: Piece[]; rest: AsyncGenerator<Piece[], void, undefined> }
  | { kind: 'body'; response: Response; text: string; answer: Answer | null };

/**
 * Sends the ask and waits for its first content. Throws `NoAnswer`. With `persistent`, a request that died without a word is
 * followed up by its id: the router may have heard it.
 */
export async function openAnswer(call: Call, outgoing: Outgoing, persistent: boolean): Promise<Opening> {
  const connection = await reach(call, outgoing, persistent);
  const given = connection.response.headers.get('x-request-id');
  if (given !== null && isAskId(given)) call.askId = given;
  if (connection.response.status === 200 && isStream(connection.response)) {
    const rest = call.follow(connection);
    return { kind: 'stream', response: connection.response, head: await firstContent(rest), rest };
  }
  const body = await readBody(call, connection);
  // Whoever forges our header does not forge an answer.
  if (body.response.ok && body.answer === null) throw new NoAnswer('bad-answer');
  return body;
}

async function reach(call: Call, outgoing: Outgoing, persistent: boolean): Promise<Connection> {
  try {
    return await call.post(outgoing);
  } catch (thrown) {
    const worthwhile = thrown instanceof NoAnswer && thrown.network === 'offline' && persistent && isAskId(call.askId);
    if (!worthwhile) throw thrown;
    const accept = wantsStream(outgoing) ? 'text/event-stream' : 'application/json';
    const found = await call.get(accept, 0).catch((missed: unknown) => {
      // There is no line at all: what the first try said holds.
      if (missed instanceof NoAnswer) throw thrown;
      throw missed;
    });
    if (found.response.status === 200 || found.response.status === 202) return found;
    found.close();
    // The router never heard of it. The key makes a second try harmless.
    return call.post(outgoing);
  }
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
      const text = await call.text(connection);
      if (text !== null && connection.response.status !== 202) {
        const { response } = connection;
        return { kind: 'body', response, text, answer: response.ok ? readWholeAnswer(text) : null };
      }
      if (text !== null) until = call.resumeUntil();
      else {
        call.trouble = 'cut';
        call.resumes += 1;
        call.step('cut');
        // From the first cut on, however often it is cut again.
        until ??= call.resumeUntil();
        if (!isAskId(call.askId)) throw new NoAnswer('cut');
      }
    }
    await call.pause(nth, until ?? call.resumeUntil());
    connection = await call.get('application/json', 0).catch((missed: unknown) => {
      if (missed instanceof NoAnswer) return null;
      throw missed;
    });
  }
}
