import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A server that takes every connection and never says a word: TLS over it is never there. */
export interface BlackHole {
  apiBase: string;
  /** Resolves when somebody has come. */
  met: Promise<void>;
  close(): Promise<void>;
}

export async function startBlackHole(): Promise<BlackHole> {
  const sockets = new Set<Socket>();
  let meet = (): void => undefined;
  const met = new Promise<void>((resolve) => (meet = resolve));
  const server = createServer((socket) => {
    sockets.add(socket);
    // Whoever gives up resets the connection.
    socket.on('error', () => socket.destroy());
    meet();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A TCP server that listens has one.
  return {
    apiBase: `https://127.0.0.1:${port}/v1`,
    met,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
