import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One response as the browser got it. */
export interface Recorded {
  /** `METHOD path`. */
  readonly request: string;
  readonly status: number;
  readonly headers: readonly { name: string; value: string }[];
  body: string;
}

/** A line that writes down every response that a browser or its worker gets. */
export interface RecordingLine {
  readonly origin: string;
  readonly responses: readonly Recorded[];
  close(): Promise<void>;
}

/** Starts a line to `target` on a free port. Bodies pass unpacked, so that they can be read. */
export async function startRecordingLine(target: string): Promise<RecordingLine> {
  const responses: Recorded[] = [];
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { 'accept-encoding': _packed, ...headers } = incoming.headers;
    const upstream = httpRequest(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers },
      (answer) => {
        const recorded: Recorded = {
          request: `${incoming.method ?? ''} ${incoming.url ?? ''}`,
          status: answer.statusCode ?? 0,
          headers: pairs(answer.rawHeaders),
          body: '',
        };
        responses.push(recorded);
        answer.setEncoding('utf8').on('data', (text: string) => (recorded.body += text));
        outgoing.writeHead(recorded.status, answer.rawHeaders);
        answer.pipe(outgoing);
      },
    );
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    responses,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pairs(raw: readonly string[]): { name: string; value: string }[] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [{ name: name.toLowerCase(), value: raw[at + 1] ?? '' }] : []));
}
