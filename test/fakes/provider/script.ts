import type { Gate } from './gate.ts';

/**
 * What the fake provider does with one call, step by step. Before the first step that needs a body the response head of
 * a stream is sent by itself. A list without an ending step is ended whole: finish reason, usage, terminator.
 *
 *     provider.script(
 *       refuse(503),                                        // call 1
 *       [say('Hel'), cut()],                                // call 2: socket destroyed after one piece
 *       [hold(headers), say('Hel'), hold(middle), say('lo')], // call 3: two gates
 *       cutAt([say('Hello')], 100),                         // call 4: socket destroyed at byte 100 of the body
 *     );
 */
export type Step =
  /** Waits at a gate; with null for ever, until the client leaves. Before any other step: silence before the headers. */
  | { do: 'hold'; gate: Gate | null }
  /** Waits on the clock the fake was given. */
  | { do: 'pause'; ms: number }
  /** Sends the response head now, without content: silence before the first content can follow. */
  | { do: 'open'; headers: Record<string, string> }
  /** What stands before the content: the chunk with the role, or `message_start`. */
  | { do: 'begin' }
  /** A sign of life without content: a comment, or Anthropic's `ping`. Goes out before what stands before the content. */
  | { do: 'ping' }
  /** One piece of text, in one write. */
  | { do: 'say'; text: string }
  /** One whole tool call, its arguments in pieces. */
  | { do: 'call-tool'; id: string; name: string; pieces: string[] }
  /** Bytes as they are: a malformed chunk, a comment, half a line. */
  | { do: 'raw'; text: string }
  /** The finish reason alone; usage and terminator may come later, by a `finish` with `reason: null`. */
  | { do: 'reason'; reason: string | null }
  /** Ends: finish reason, usage and terminator, each of which may be left out. */
  | { do: 'finish'; how: Finish }
  /** Ends: an error object inside the stream. */
  | { do: 'error'; type: string; code: string | null; message: string }
  /** Ends: any status with any body. */
  | { do: 'status'; status: number; body: string; headers: Record<string, string> }
  /** Ends: a whole answer in one JSON, as servers give that ignore `stream`. */
  | { do: 'json'; text: string; usage: boolean }
  /** Ends: the socket is destroyed; with `reset` by a RST, else as the system likes. */
  | { do: 'cut'; reset: boolean }
  /** Ends: a clean end of the body, without a finish reason. */
  | { do: 'end' };

export interface Finish {
  /** In the words of the wire; default `stop` or `end_turn`, after a tool call `tool_calls` or `tool_use`. Null: none. */
  reason?: string | null;
  /** Default true: the fake's own count. False: never told. An object: these numbers, as they stand on the wire. */
  usage?: boolean | Record<string, unknown>;
  /**
   * Where usage stands on the OpenAI wire: in a chunk without choices (default), on the chunk with the finish reason, or
   * on a chunk with an empty delta, as some compatible servers do.
   */
  usageOn?: 'own-chunk' | 'finish' | 'empty-delta';
  /** `[DONE]` or `message_stop`. Default true. */
  terminator?: boolean;
  /** Leave the connection open after all that. Default false. */
  linger?: boolean;
}

/** One call's steps, and what happens to their bytes on the way. */
export interface Attempt {
  steps: Step[];
  /** Cuts every write into pieces of so many bytes, through characters too. Null: never cut. */
  splitBytes: number | null;
  /** The socket is destroyed when so many bytes of the body are out. Null: never. */
  cutAtByte: number | null;
  /** The body is compressed, whatever the client said it takes. */
  gzip: boolean;
}

/** Steps as an attempt whose bytes arrive as they are written. */
export function attemptOf(given: Step[] | Attempt): Attempt {
  return Array.isArray(given) ? { steps: given, splitBytes: null, cutAtByte: null, gzip: false } : given;
}

/** Waits at the gate, or for ever. */
export const hold = (gate: Gate | null = null): Step => ({ do: 'hold', gate });

/** Waits so long, on the clock that the fake was given. */
export const pause = (ms: number): Step => ({ do: 'pause', ms });

/** Sends the response head, so that the provider is `accepted` while content is still to come. */
export const open = (headers: Record<string, string> = {}): Step => ({ do: 'open', headers });

/** The chunk with the role, and nothing after it. */
export const begin = (): Step => ({ do: 'begin' });

/** A sign of life that says nothing. */
export const ping = (): Step => ({ do: 'ping' });

/** A piece of text. */
export const say = (text: string): Step => ({ do: 'say', text });

/** A tool call in pieces of its arguments. */
export const callTool = (id: string, name: string, ...pieces: string[]): Step => ({
  do: 'call-tool',
  id,
  name,
  pieces,
});

/** Bytes that are no chunk. `raw('data: {"broken\n\n')` is a malformed chunk on either wire. */
export const raw = (text: string): Step => ({ do: 'raw', text });

/** The finish reason, with nothing after it yet; null is the wire's own word for a whole answer. */
export const giveReason = (reason: string | null = null): Step => ({ do: 'reason', reason });

/** The end, whole or with something missing: `finish({ terminator: false })`, `finish({ usage: false })`, `finish({ reason: 'length' })`. */
export const finish = (how: Finish = {}): Step => ({ do: 'finish', how });

/** An error inside a 200 stream: `fail('overloaded_error', 'Overloaded')`. `code` exists on the OpenAI wire only. */
export const fail = (type: string, message = 'It broke.', code: string | null = null): Step => ({
  do: 'error',
  type,
  code,
  message,
});

/** Destroys the socket. As the first step: cut before any byte. */
export const cut = (): Step => ({ do: 'cut', reset: false });

/** Resets the connection: the client may lose what it had not read yet. */
export const reset = (): Step => ({ do: 'cut', reset: true });

/** Ends the body cleanly with no finish reason. */
export const end = (): Step => ({ do: 'end' });

/** A refusal with a status; `body` is sent as JSON unless it is a text. Default body: an error object of neither wire. */
export function refuse(status: number, body: unknown = { error: { message: 'Refused.' } }, headers = {}): Step[] {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return [{ do: 'status', status, body: text, headers: { 'content-type': 'application/json', ...headers } }];
}

/** A whole answer in these pieces. */
export function answer(...pieces: string[]): Step[] {
  return [...pieces.map(say), finish()];
}

/** A whole answer in one JSON instead of a stream. */
export function inOneJson(text: string, { usage = true } = {}): Step[] {
  return [{ do: 'json', text, usage }];
}

/** Pieces with a pause before each. */
export function trickle(everyMs: number, ...pieces: string[]): Step[] {
  return pieces.flatMap((piece) => [pause(everyMs), say(piece)]);
}

/** The same steps, every write cut into pieces of `bytes` bytes. Default 1. */
export function inBytes(given: Step[] | Attempt, bytes = 1): Attempt {
  return { ...attemptOf(given), splitBytes: bytes };
}

/** The same steps; the socket is destroyed when `bytes` bytes of the body are out. */
export function cutAt(given: Step[] | Attempt, bytes: number): Attempt {
  return { ...attemptOf(given), cutAtByte: bytes };
}

/** The same steps, compressed. */
export function zipped(given: Step[] | Attempt): Attempt {
  return { ...attemptOf(given), gzip: true };
}
