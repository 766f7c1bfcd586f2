import type { Gate } from './gate.ts';

/**
 * What the fake provider does with one call, step by step. Before the first step that needs a body the response head of
 * a stream is sent by itself. A list without an ending step is ended whole: finish reason, usage, terminator.
 *
 *     provider.script(
 *       refuse(503),                                        // call 1
 *       [say('Hel'), cut()],                                // call 2: socket destroyed after one piece
 *       [hold(headers), say('Hel'), hold(middle), say('lo')], // call 3: two gates
 *     );
 */
export type Step =
  /** Waits at a gate; with null for ever, until the client leaves. Before any other step: silence before the headers. */
  | { do: 'hold'; gate: Gate | null }
  /** Sends the response head now, without content: silence before the first content can follow. */
  | { do: 'open'; headers: Record<string, string> }
  /** One piece of text, in one write. */
  | { do: 'say'; text: string }
  /** One whole tool call, its arguments in pieces. */
  | { do: 'call-tool'; id: string; name: string; pieces: string[] }
  /** Bytes as they are: a malformed chunk, a comment, half a line. */
  | { do: 'raw'; text: string }
  /** Ends: finish reason, usage and terminator, each of which may be left out. */
  | { do: 'finish'; how: Finish }
  /** Ends: an error object inside the stream. */
  | { do: 'error'; type: string; code: string | null; message: string }
  /** Ends: any status with any body. */
  | { do: 'status'; status: number; body: string; headers: Record<string, string> }
  /** Ends: the socket is destroyed. */
  | { do: 'cut' }
  /** Ends: a clean end of the body, without a finish reason. */
  | { do: 'end' };

export interface Finish {
  /** In the words of the wire; default `stop` or `end_turn`, after a tool call `tool_calls` or `tool_use`. Null: none. */
  reason?: string | null;
  /** Default true: the fake's own count. False: never told. An object: these numbers, as they stand on the wire. */
  usage?: boolean | Record<string, unknown>;
  /** `[DONE]` or `message_stop`. Default true. */
  terminator?: boolean;
  /** Leave the connection open after all that. Default false. */
  linger?: boolean;
}

/** One call's steps; `splitBytes` cuts every write into pieces of so many bytes, through characters too. Default: never cut. */
export interface Attempt {
  steps: Step[];
  splitBytes: number | null;
}

/** Waits at the gate, or for ever. */
export const hold = (gate: Gate | null = null): Step => ({ do: 'hold', gate });

/** Sends the response head, so that the provider is `accepted` while content is still to come. */
export const open = (headers: Record<string, string> = {}): Step => ({ do: 'open', headers });

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
export const cut = (): Step => ({ do: 'cut' });

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

/** The same steps, every write cut into pieces of `bytes` bytes. Default 1. */
export function inBytes(steps: Step[], bytes = 1): Attempt {
  return { steps, splitBytes: bytes };
}
