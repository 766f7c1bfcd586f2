import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '#shared/clock.ts';
import { Call, type FakeCall } from './fake-call.ts';
import type { Billed } from './frames.ts';
import { play, respond } from './play.ts';
import { answer, attemptOf, refuse, type Attempt, type Step } from './script.ts';

/**
 * A provider that does what a test tells it: a real HTTP server on a free loopback port, on either wire.
 *
 *     const provider = await startFakeProvider({ wire: 'openai' });
 *     provider.script(refuse(503), [say('Hel'), cut()], answer('Hello', ' there'));
 *     … point a deployment at provider.apiBase with provider.apiKey …
 *     const call = await provider.called(1);      // waits for the first call; no sleeping
 *     await call.over;                            // waits for its end
 *     expect(call.outcome).toBe('finished');
 *     await provider.close();
 *
 * Each call takes the next scripted attempt; when none is left it gives `otherwise` (a whole short answer with usage).
 * Silence is a gate (`hold(gate())`), or a `pause(ms)` on the clock that it was given: nothing in here waits for real time.
 * A wrong key gives 401 in the words of the wire and takes no attempt off the script.
 */
export interface FakeProvider {
  /** Base address as a deployment has it: with `/v1` on the OpenAI wire, without on Anthropic's. */
  readonly apiBase: string;
  readonly apiKey: string;
  /** Every call with the right key, in the order of arrival; with `keeps: 'sums'` none. */
  readonly calls: readonly FakeCall[];
  /** Calls refused for a wrong key. */
  readonly refusedKeys: number;
  /** Connections that were ever opened to it. */
  readonly connections: number;
  /** Connections that are open now. */
  readonly openConnections: number;
  /** Adds attempts for the calls to come: a list of steps each, or an attempt whose bytes are tampered with. */
  script(...attempts: (Step[] | Attempt)[]): void;
  /** What every call gets for which no attempt is scripted; a function is asked at each call. */
  otherwise(attempt: Step[] | Attempt | ((call: FakeCall) => Step[] | Attempt)): void;
  /** The `count`-th call (from 1), as soon as it has arrived with its whole body. */
  called(count: number): Promise<FakeCall>;
  /** Sum over all calls of what each is billed for. */
  billed(): Billed;
  /** What all calls cost by the prices it was given, in whole nano-dollars: each rounded up, as a bill is. */
  costNanoUsd(): bigint;
  /** Refuses connections from now on and destroys those there are. */
  die(): Promise<void>;
  /** Listens again, at the same address. */
  revive(): Promise<void>;
  close(): Promise<void>;
}

/** What the fake asks for a token, in pico-dollars. */
export interface FakePrices {
  inputPicoUsd: bigint;
  outputPicoUsd: bigint;
}

export interface FakeOptions {
  wire: 'openai' | 'anthropic';
  /** Default `fake-key`. */
  apiKey?: string;
  /** For scripts with a `pause`. */
  clock?: Clock;
  /** Default: one nano-dollar a token in, two out. */
  prices?: FakePrices;
  /** `sums` forgets each call when it is over, and keeps what it was billed: for runs that watch their memory. Default `calls`. */
  keeps?: 'calls' | 'sums';
}

export async function startFakeProvider(options: FakeOptions): Promise<FakeProvider> {
  const apiKey = options.apiKey ?? 'fake-key';
  const prices = options.prices ?? { inputPicoUsd: 1000n, outputPicoUsd: 2000n };
  const calls: Call[] = [];
  const open = new Set<Call>();
  const past = { billed: { inputTokens: 0, outputTokens: 0 }, costNanoUsd: 0n };
  let arrived = 0;
  const waiting: { count: number; resolve: (call: FakeCall) => void }[] = [];
  const attempts: Attempt[] = [];
  let otherwise: (call: FakeCall) => Attempt = () => attemptOf(answer('This is ', 'the fake answer.'));
  let refusedKeys = 0;
  let connections = 0;
  let openConnections = 0;

  const server = createServer((request, response) => {
    // A body that is not JSON, or a client that left while it was read: there is nobody to answer.
    serve(request, response).catch(() => response.destroy());
  });

  server.on('connection', (socket) => {
    connections++;
    openConnections++;
    socket.once('close', () => void openConnections--);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await readBytes(request);
    const body = raw.length === 0 ? {} : (JSON.parse(raw.toString('utf8')) as Record<string, unknown>);
    const path = request.url ?? '';
    if (request.method !== 'POST' || path !== (options.wire === 'openai' ? '/v1/chat/completions' : '/v1/messages'))
      return void respond(response, refuse(404, { error: { message: 'No such path.' } })[0]);
    if (keyOf(request.headers) !== apiKey) {
      refusedKeys++;
      return void respond(response, refuse(401, wrongKey(options.wire))[0]);
    }
    const call = new Call(path, request.headers, { raw, body });
    arrived++;
    if (options.keeps !== 'sums') calls.push(call);
    open.add(call);
    response.once('close', () => {
      call.left();
      void call.counted.then(() => {
        open.delete(call);
        past.billed = add(past.billed, call.billed);
        past.costNanoUsd += costOf(call.billed, prices);
      });
    });
    for (const one of waiting.filter(({ count }) => count === arrived)) one.resolve(call);
    await play({
      wire: options.wire,
      attempt: attempts.shift() ?? otherwise(call),
      call,
      response,
      number: arrived,
      clock: options.clock ?? null,
    });
  }

  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  return {
    apiBase: `http://127.0.0.1:${port}${options.wire === 'openai' ? '/v1' : ''}`,
    apiKey,
    calls,
    get refusedKeys() {
      return refusedKeys;
    },
    get connections() {
      return connections;
    },
    get openConnections() {
      return openConnections;
    },
    script: (...more) => void attempts.push(...more.map(attemptOf)),
    otherwise(attempt) {
      otherwise = (call) => attemptOf(typeof attempt === 'function' ? attempt(call) : attempt);
    },
    called(count) {
      const call = calls[count - 1];
      if (call !== undefined) return Promise.resolve(call);
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    billed: () => [...open].reduce((sum, call) => add(sum, call.billed), past.billed),
    costNanoUsd: () => [...open].reduce((sum, { billed }) => sum + costOf(billed, prices), past.costNanoUsd),
    die: () => stop(server),
    revive: () => listen(server, port),
    close: () => stop(server),
  };
}

/** The bill of one call in whole nano-dollars, rounded up. */
export function costOf({ inputTokens, outputTokens }: Billed, { inputPicoUsd, outputPicoUsd }: FakePrices): bigint {
  const pico = BigInt(inputTokens) * inputPicoUsd + BigInt(outputTokens) * outputPicoUsd;
  return (pico + 999n) / 1000n;
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function keyOf(headers: IncomingHttpHeaders): string | null {
  const own = headers['x-api-key'];
  if (typeof own === 'string') return own;
  return headers.authorization?.replace(/^Bearer /, '') ?? null;
}

function wrongKey(wire: 'openai' | 'anthropic'): unknown {
  return wire === 'openai'
    ? {
        error: {
          message: 'Incorrect API key provided.',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      }
    : { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } };
}

function add(a: Billed, b: Billed): Billed {
  return { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
