import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Headers that a page of another origin may send: those of the OpenAI SDK, and nothing that a well-meaning worker would add. */
const ALLOWED = /^(authorization|content-type|accept|user-agent|x-stainless-[\w-]+)$/;

/** What a public API puts in front of itself for pages of other origins: it answers preflights, strictly, and says who may read. */
export interface CorsFront {
  readonly origin: string;
  /** Names of headers that a preflight asked for and was refused. */
  readonly refused: string[];
  close(): Promise<void>;
}

/** Starts one in front of `target`, such as `http://127.0.0.1:4280`. */
export async function startCorsFront(target: string): Promise<CorsFront> {
  const refused: string[] = [];

  function preflight(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const names = (incoming.headers['access-control-request-headers'] ?? '').split(',').map((name) => name.trim());
    const foreign = names.filter((name) => name !== '' && !ALLOWED.test(name));
    refused.push(...foreign);
    if (foreign.length > 0) return void outgoing.writeHead(403).end();
    outgoing.writeHead(204, {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': names.join(', '),
    });
    outgoing.end();
  }

  const server = createServer((incoming, outgoing) => {
    if (incoming.method === 'OPTIONS') return preflight(incoming, outgoing);
    const upstream = httpRequest(new URL(incoming.url ?? '/', target), {
      method: incoming.method,
      headers: incoming.headers,
    });
    upstream.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, { ...response.headers, 'access-control-allow-origin': '*' });
      response.pipe(outgoing);
      response.on('error', () => outgoing.destroy());
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
