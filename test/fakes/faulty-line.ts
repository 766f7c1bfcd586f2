import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * The line between a browser and the router, as a real HTTP proxy that a test spoils:
 * `through` passes everything · `down` refuses connections and cuts the open ones · `silent` accepts and never answers ·
 * `portal` answers 200 with HTML to everything.
 */
export type LineMode = 'through' | 'down' | 'silent' | 'portal';

export interface FaultyLine {
  /** Where the browser goes: `http://127.0.0.1:<port>`, the same port for life. */
  readonly origin: string;
  /** Requests that reached the line, as `METHOD path`, newest last. */
  readonly seen: string[];
  set(mode: LineMode): Promise<void>;
  /** Moves the far end, for a router that was started again on another port. */
  lead(to: string): void;
  /** Cuts the next streamed answer after so many bytes of its body have passed; resolves when it happened. */
  cutNextStream(afterBytes: number): Promise<void>;
  /** From now on answers at this path have this text at their end: a new version, as a deployment brings one. */
  append(path: string, text: string): void;
  /**
   * From now on the page is a new build: its hashed files go by names with `version` in them, and the old names are gone. No file of
   * it stays in the browser's own cache.
   */
  deploy(version: string): void;
  /** From now on a portal answers at these addresses only; null for none. */
  portalAt(paths: RegExp | null): void;
  close(): Promise<void>;
}

const PORTAL_PAGE = '<!doctype html><title>Welcome to Free Wi-Fi</title><h1>PORTAL-MARK Sign in to continue</h1>';

/** Starts a line that leads to `target`, such as `http://127.0.0.1:4280`. */
export async function startFaultyLine(target: string): Promise<FaultyLine> {
  let far = target;
  let mode: LineMode = 'through';
  let cut: { afterBytes: number; done: () => void } | null = null;
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  const appended = new Map<string, string>();
  let build: string | null = null;
  let portal: RegExp | null = null;

  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    seen.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    const url = incoming.url ?? '';
    const path = build === null ? url : url.replace(`.${build}.`, '.');
    if (mode === 'silent') return;
    if (mode === 'portal' || portal?.test(url) === true) {
      outgoing.writeHead(200, { 'content-type': 'text/html' });
      outgoing.end(PORTAL_PAGE);
      return;
    }
    if (build !== null && path === url && path.startsWith('/assets/')) return void outgoing.writeHead(404).end();
    const changed = appended.has(url) || build !== null;
    const upstream = httpRequest(
      new URL(path, far),
      { method: incoming.method, headers: changed ? whole(incoming.headers) : incoming.headers },
      (response) => {
        if (build !== null && /html|javascript|css/.test(String(response.headers['content-type']))) {
          return void passRenamed(response, outgoing, build);
        }
        const tail = appended.get(incoming.url ?? '') ?? '';
        const headers = { ...response.headers };
        if (tail !== '') delete headers['content-length'];
        outgoing.writeHead(response.statusCode ?? 502, headers);
        const mine = String(response.headers['content-type']).startsWith('text/event-stream') ? cut : null;
        if (mine !== null) cut = null;
        let passed = 0;
        response.on('data', (piece: Buffer) => {
          if (mine !== null && passed + piece.length > mine.afterBytes) {
            outgoing.write(piece.subarray(0, Math.max(0, mine.afterBytes - passed)), () => {
              incoming.socket.destroy();
              upstream.destroy();
              mine.done();
            });
            response.removeAllListeners('data');
            return;
          }
          passed += piece.length;
          outgoing.write(piece);
        });
        response.on('end', () => outgoing.end(tail));
        response.on('error', () => incoming.socket.destroy());
      },
    );
    upstream.on('error', () => incoming.socket.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  };

  let server = await listen(0);
  const { port } = server.address() as AddressInfo;

  function listen(at: number): Promise<Server> {
    return new Promise((resolve, reject) => {
      const made = createServer(answer);
      made.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      });
      made.on('error', reject);
      made.listen(at, '127.0.0.1', () => resolve(made));
    });
  }

  function stop(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => (server.listening ? server.close(() => resolve()) : resolve()));
  }

  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    async set(next) {
      if (next === mode) return;
      const was = mode;
      mode = next;
      if (next === 'down') await stop();
      else if (was === 'down') server = await listen(port);
      // What is already open belongs to the line as it was.
      else if (next !== 'through') for (const socket of sockets) socket.destroy();
    },
    lead(to) {
      far = to;
    },
    append: (path, text) => void appended.set(path, text),
    deploy: (version) => void (build = version),
    portalAt: (paths) => void (portal = paths),
    cutNextStream: (afterBytes) => new Promise((done) => (cut = { afterBytes, done })),
    close: stop,
  };
}

/** Passes a file of the page on as another build would have it: other names, and so another document and another worker. */
async function passRenamed(response: IncomingMessage, outgoing: ServerResponse, build: string): Promise<void> {
  const { 'content-length': _length, etag: _etag, ...headers } = response.headers;
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces)
    .toString('utf8')
    .replace(/(-[\w-]{8})\.(js|css)\b/g, `$1.${build}.$2`)
    .replace(/("?revision"?:["`'])(?=\w)/g, `$1${build}`);
  outgoing.writeHead(response.statusCode ?? 502, { ...headers, 'cache-control': 'no-store' });
  outgoing.end(text);
}

/** The headers of a request that can only be answered with the whole as plain text. */
function whole(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { 'if-none-match': _etag, 'if-modified-since': _date, ...rest } = headers;
  return { ...rest, 'accept-encoding': 'identity' };
}
