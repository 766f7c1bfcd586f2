import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wait, type Clock } from '#shared/clock.ts';
import { hashText } from './chance.ts';
import { compose } from './compose.ts';
import { anthropicError, anthropicFrames, openAiError, openAiFrames } from './demo-frames.ts';
import { countTokens, readDemoRequest, type DemoRequest } from './demo-request.ts';
import { inPieces } from './pace.ts';

/** Most bytes of a request; the router takes less from its callers. */
const MAX_BODY_BYTES = 8_000_000;

/** One demo provider as it listens. */
export interface DemoServer {
  /** As a deployment of its wire has it. */
  apiBase: string;
  /** Calls so far with the right key. */
  calls(): number;
  setPace(pace: number): void;
  close(): Promise<void>;
}

export interface DemoServerOptions {
  wire: 'openai' | 'anthropic';
  models: readonly string[];
  apiKey: string;
  clock: Clock;
  /** Factor on every wait: 1 human, 0 none. */
  pace: number;
}

/** Listens on a free loopback port. */
export async function startDemoServer(options: DemoServerOptions): Promise<DemoServer> {
  const demo = new Demo(options);
  const server = createServer((request, response) => {
    demo.serve(request, response).catch(() => {
      // The client left: there is nobody to tell.
      response.destroy();
    });
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    apiBase: `http://127.0.0.1:${port}${options.wire === 'openai' ? '/v1' : ''}`,
    calls: () => demo.calls,
    setPace: (pace) => demo.setPace(pace),
    close: () => stop(server),
  };
}

class Demo {
  readonly #options: DemoServerOptions;
  #pace: number;
  calls = 0;

  constructor(options: DemoServerOptions) {
    this.#options = options;
    this.#pace = options.pace;
  }

  setPace(pace: number): void {
    this.#pace = Math.max(0, pace);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { wire, apiKey, models } = this.#options;
    const path = wire === 'openai' ? '/v1/chat/completions' : '/v1/messages';
    if (request.method !== 'POST' || request.url !== path)
      return this.#refuse(response, 404, `The demo provider serves POST ${path} only.`);
    if (keyOf(request) !== apiKey) return this.#refuse(response, 401, 'The key is not the one of this demo provider.');
    const body = await readBody(request);
    if (body === null) return this.#refuse(response, 413, 'The request is too large for the demo provider.');
    const asked = readDemoRequest(body);
    if (asked === null)
      return this.#refuse(response, 400, 'The demo provider needs `model`, `messages` and `stream: true`.');
    if (!models.includes(asked.model)) return this.#refuse(response, 404, 'The demo provider has no such model.');
    this.calls++;
    await this.#answer(asked, response);
  }

  async #answer(asked: DemoRequest, response: ServerResponse): Promise<void> {
    const { wire, clock } = this.#options;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const whole = compose(asked.turns, asked.model);
    const text = cutTo(whole, asked.maxCharacters);
    const id = `demo-${this.calls}-${hashText(text).toString(16)}`;
    const call = {
      id,
      model: asked.model,
      createdSeconds: Math.floor(clock.now() / 1000),
      inputTokens: asked.inputTokens,
    };
    const frames = wire === 'openai' ? openAiFrames(call) : anthropicFrames(call);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      [wire === 'openai' ? 'x-request-id' : 'request-id']: id,
    });
    response.write(frames.head);
    for (const piece of inPieces(text)) {
      // Read at each piece: a pace that is changed holds for answers under way.
      if (this.#pace > 0) await wait(clock, piece.delayMs * this.#pace, gone.signal);
      await write(response, frames.piece(piece.text));
    }
    response.end(frames.end(text.length === whole.length, countTokens(text)));
  }

  #refuse(response: ServerResponse, status: number, message: string): void {
    const body = this.#options.wire === 'openai' ? openAiError(status, message) : anthropicError(status, message);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  }
}

/** The first characters of a text, without half a surrogate pair at the end. */
function cutTo(text: string, maxCharacters: number): string {
  const cut = text.slice(0, maxCharacters);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

function keyOf(request: IncomingMessage): string | null {
  const own = request.headers['x-api-key'];
  return typeof own === 'string' ? own : (request.headers.authorization?.replace(/^Bearer /, '') ?? null);
}

/** The body as text; null when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Writes, and waits for a slow reader. Rejects when it has gone. */
function write(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed) return Promise.reject(new Error('The client left.'));
  if (response.write(text)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onDrain = (): void => {
      response.off('close', onClose);
      resolve();
    };
    const onClose = (): void => {
      response.off('drain', onDrain);
      reject(new Error('The client left.'));
    };
    response.once('drain', onDrain);
    response.once('close', onClose);
  });
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
