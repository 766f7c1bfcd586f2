import type * as z from 'zod/mini';
import { parseJson } from '#shared/json.ts';
import type { TravelPolicy } from '#shared/travel-policy.ts';

/** Why a request brought nothing. */
export interface Failure {
  /** A code of the router, or `unreachable`, `portal`, `bad_answer` when the router did not speak. */
  code: string;
  message: string;
  /** Null when there was no answer of the router. */
  status: number | null;
}

export type Reply<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** Sends one request. The network, or the modules that stand in for it where there is no worker. */
export type Send = (request: Request) => Promise<Response>;

/** All that the page says to the router, the asks included. */
export interface Api {
  /** Makes the session, or a guest's where the router allows one. */
  openSession(signal: AbortSignal): Promise<Reply<null>>;
  readPolicy(signal: AbortSignal): Promise<Reply<TravelPolicy>>;
  read<T>(path: string, schema: z.ZodMiniType<T>, signal: AbortSignal): Promise<Reply<T>>;
  write(path: string, method: 'POST' | 'PUT' | 'DELETE', body: unknown, signal: AbortSignal): Promise<Reply<null>>;
  /** Like `write` by POST, for what answers with something that must be read. */
  make<T>(path: string, body: unknown, schema: z.ZodMiniType<T>, signal: AbortSignal): Promise<Reply<T>>;
  /** The answer as it comes; rejects when the request itself fails. */
  ask(request: AskCall, signal: AbortSignal): Promise<Response>;
}

export interface AskCall {
  askId: string;
  feature: string | null;
  messages: { role: 'user' | 'assistant'; content: string }[];
  /** Reads no saved answer anywhere, and replaces it. */
  noCache: boolean;
  /** Asked for a journey: nobody waits for it, so it is not queued and stands in no history. */
  ahead?: boolean;
}

/**
 * `send` carries requests that may be answered from this device; the rest goes by the same way and is never saved. `moves` says
 * whether a saved answer may come word by word: not for whoever wants less motion.
 */
export function createApi(send: Send, origin: string, moves: () => boolean = () => false): Api {
  const url = (path: string): string => new URL(path, origin).href;

  async function call<T>(request: Request, schema: z.ZodMiniType<T> | null): Promise<Reply<T | null>> {
    let response: Response;
    let text: string;
    try {
      response = await send(request);
      text = await response.text();
    } catch (cause) {
      if (request.signal.aborted) throw cause;
      return fail('unreachable', 'The router cannot be reached.', null);
    }
    if (response.headers.get('x-layover') !== '1') return notOurs(response);
    if (!response.ok) {
      const { readFailure } = await import('./wire.ts');
      return { ok: false, failure: readFailure(text, response.status) };
    }
    if (schema === null) return { ok: true, value: null };
    const json = parseJson(text);
    const parsed = json.ok ? schema.safeParse(json.value) : null;
    if (parsed?.success !== true)
      return fail('bad_answer', 'The router answered in a form that this page does not know.', response.status);
    return { ok: true, value: parsed.data };
  }

  async function callFor<T>(request: Request, schema: z.ZodMiniType<T>): Promise<Reply<T>> {
    const reply = await call(request, schema);
    if (!reply.ok) return reply;
    return reply.value === null
      ? fail('bad_answer', 'The router answered without a body.', 200)
      : { ok: true, value: reply.value };
  }

  function written(path: string, method: string, body: unknown, signal: AbortSignal): Request {
    return new Request(url(path), {
      method,
      signal,
      ...(body === null ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  }

  return {
    openSession: (signal) => call<null>(new Request(url('/api/session'), { method: 'POST', signal }), null),
    async readPolicy(signal) {
      const { travelPolicySchema } = await import('./wire.ts');
      return callFor(new Request(url('/api/travel'), { signal }), travelPolicySchema);
    },
    read: (path, schema, signal) => callFor(new Request(url(path), { signal, cache: 'no-store' }), schema),
    write: (path, method, body, signal) => call<null>(written(path, method, body, signal), null),
    make: (path, body, schema, signal) => callFor(written(path, 'POST', body, signal), schema),
    ask: (call, signal) => send(new Request(url(ASK_PATH), askInit(call, moves(), signal))),
  };
}

/** Where asks go, and the body of one. */
export const ASK_PATH = '/ai';
export function askBody(messages: AskCall['messages']): string {
  return JSON.stringify({ messages, stream: true });
}

function askInit(call: AskCall, natural: boolean, signal: AbortSignal): RequestInit {
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'idempotency-key': call.askId,
    ...(call.ahead === true ? { 'x-layover-history': 'none' } : { prefer: 'respond-async' }),
  });
  if (call.feature !== null) headers.set('x-layover-feature', call.feature);
  if (natural && call.ahead !== true) headers.set('x-layover-pace', 'natural');
  if (call.noCache) headers.set('cache-control', 'no-cache');
  return { method: 'POST', headers, body: askBody(call.messages), signal };
}

function notOurs(response: Response): Reply<never> {
  const html = response.headers.get('content-type')?.includes('text/html') === true;
  return html
    ? fail('portal', 'A sign-in page answered in place of the router.', null)
    : fail('bad_answer', 'Something that is not the router answered.', null);
}

function fail(code: string, message: string, status: number | null): Reply<never> {
  return { ok: false, failure: { code, message, status } };
}
