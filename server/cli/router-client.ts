import * as z from 'zod/mini';
import { parseJson } from '#shared/json.ts';
import { CommandProblem } from './command-problem.ts';
import { findAddress, type RouterAddress } from './router-address.ts';
import type { Terminal } from './terminal.ts';

/** How long the router may take to say that it is there, and who we are. */
const GREETING_MS = 5_000;
const MAX_ERROR_CHARS = 1_000;

const greetingSchema = z.object({
  version: z.string(),
  tenant: z.string(),
  user: z.string(),
  role: z.enum(['asker', 'operator']),
});

/** A router that answered, and knows our key. */
export interface RouterClient {
  readonly origin: string;
  /** Who we are there. */
  readonly caller: z.infer<typeof greetingSchema>;
  /** A call with our key. Throws a CommandProblem with the router's own words for what it refuses. */
  call(path: string, init: CallInit, signal?: AbortSignal): Promise<Response>;
  /** A read whose refusal is an answer too: of any status. */
  look(path: string, headers?: Record<string, string>): Promise<Response>;
  /** The same as `call`, and its JSON by a schema. */
  read<T extends z.ZodMiniType>(
    schema: T,
    call: CallInit & { path: string },
    signal?: AbortSignal,
  ): Promise<z.infer<T>>;
}

export interface CallInit {
  /** Default GET. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

/**
 * The running router: that of `LAYOVER_URL`, else the one that runs on this machine's data folder. Throws a CommandProblem that
 * says what to do when none runs, it is no Layover, or it does not know the key; another version is told, and gone on with.
 */
export async function connectRouter(terminal: Terminal): Promise<RouterClient> {
  const address = findAddress(terminal.environment);
  for (const notice of address.notices) terminal.tell(`${notice}\n`);
  const { signal, end } = limit(terminal, GREETING_MS);
  try {
    await checkHealth(address, terminal, signal);
    const caller = await greet(address, terminal, signal);
    if (caller.version !== terminal.version) terminal.tell(`${otherVersion(caller.version, terminal.version)}\n`);
    return clientOf(address, caller, terminal);
  } finally {
    end();
  }
}

function clientOf(address: RouterAddress, caller: RouterClient['caller'], terminal: Terminal): RouterClient {
  async function call(path: string, init: CallInit, signal?: AbortSignal): Promise<Response> {
    const response = await send(address, { path, init, signal }, terminal);
    if (response.ok) return response;
    throw new CommandProblem(await refusalOf(response, { caller, terminal }));
  }
  return {
    origin: address.origin,
    caller,
    call,
    look: (path, headers = {}) => send(address, { path, init: { headers }, signal: undefined }, terminal),
    async read(schema, { path, ...init }, signal) {
      const response = await call(path, init, signal);
      const json = parseJson(await response.text());
      const parsed = schema.safeParse(json.ok ? json.value : null);
      if (parsed.success) return parsed.data;
      throw new CommandProblem(
        `The router at ${address.origin} answered \`${path}\` in a form that this command does not know. ${sameVersion}`,
      );
    },
  };
}

async function checkHealth(address: RouterAddress, terminal: Terminal, signal: AbortSignal): Promise<void> {
  // Without the key: whoever answers here has yet to show that it is a router.
  const response = await send({ ...address, key: null }, { path: '/healthz', init: {}, signal }, terminal);
  await response.body?.cancel();
  if (response.headers.get('x-layover') === '1') return;
  throw new CommandProblem(`At ${address.origin} something answers that is no Layover. ${address.remedy}`);
}

async function greet(address: RouterAddress, terminal: Terminal, signal: AbortSignal): Promise<RouterClient['caller']> {
  const response = await send(address, { path: '/api/router', init: {}, signal }, terminal);
  const text = await response.text();
  if (response.status === 401) throw new CommandProblem(address.keyRefused);
  if (response.status === 404)
    throw new CommandProblem(`The router at ${address.origin} is of an older version. ${sameVersion}`);
  if (!response.ok)
    throw new CommandProblem(wordsOf(text) ?? `The router at ${address.origin} said ${response.status}.`);
  const json = parseJson(text);
  const greeting = greetingSchema.safeParse(json.ok ? json.value : null);
  if (greeting.success) return greeting.data;
  throw new CommandProblem(`The router at ${address.origin} does not say who we are. ${sameVersion}`);
}

const sameVersion = 'Run the command from the same version as the router.';

function otherVersion(theirs: string, ours: string): string {
  return `The router is version ${theirs}, this command ${ours}. ${sameVersion}`;
}

interface Sent {
  path: string;
  init: CallInit;
  signal: AbortSignal | undefined;
}

async function send(
  { origin, key, remedy }: Pick<RouterAddress, 'origin' | 'key' | 'remedy'>,
  { path, init, signal }: Sent,
  { fetch }: Terminal,
): Promise<Response> {
  const { method = 'GET', headers, body } = init;
  try {
    return await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...headers,
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      // A key is for the address it was given for.
      redirect: 'error',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted === true && !(signal.reason instanceof TooLate)) throw cause;
    const why = cause instanceof Error ? reasonOf(cause) : String(cause);
    throw new CommandProblem(`The router at ${origin} cannot be reached (${why}). ${remedy}`, { cause });
  }
}

function reasonOf(failure: Error): string {
  if (failure instanceof TooLate) return `no answer within ${GREETING_MS / 1000} s`;
  const { cause } = failure;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : failure.message;
}

async function refusalOf(
  response: Response,
  { caller, terminal }: { caller: RouterClient['caller']; terminal: Terminal },
): Promise<string> {
  const words = wordsOf(await response.text()) ?? `The router said ${response.status}.`;
  const isOther = caller.version !== terminal.version && [404, 405, 501].includes(response.status);
  return isOther ? `${words} ${otherVersion(caller.version, terminal.version)}` : words;
}

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

/** What an error body says; null when it is none. */
function wordsOf(text: string): string | null {
  const json = parseJson(text);
  const parsed = errorSchema.safeParse(json.ok ? json.value : null);
  return parsed.success ? parsed.data.error.message.slice(0, MAX_ERROR_CHARS) : null;
}

class TooLate extends Error {
  override readonly name = 'TooLate';
}

function limit({ clock }: Terminal, limitMs: number): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const end = clock.after(limitMs, () => controller.abort(new TooLate()));
  return { signal: controller.signal, end };
}
