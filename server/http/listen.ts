import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import type { Clock } from '#shared/clock.ts';

/** Answers one request; `bindings` hold its socket. */
export type Answer = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** A listening server. */
export interface Listening {
  /** The real port, also when 0 was asked for. */
  port: number;
  /** Takes no more connections; lets what is being sent go out, for at most `limitMs`. */
  stop(limitMs: number): Promise<void>;
}

/** Listens; rejects with the system's error when it cannot. */
export async function listen(answer: Answer, at: { host: string; port: number; clock: Clock }): Promise<Listening> {
  // We speak HTTP/1.1 only, so the socket is there.
  const server = createAdaptorServer({ fetch: (request, bindings) => answer(request, bindings as HttpBindings) });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  let stopping: Promise<void> | null = null;
  const stop = (limitMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const dropAll = (): void => ('closeAllConnections' in server ? server.closeAllConnections() : undefined);
      const takeBack = at.clock.after(limitMs, dropAll);
      server.close((failure) => {
        takeBack();
        if (failure === undefined) resolve();
        else reject(failure);
      });
      if ('closeIdleConnections' in server) server.closeIdleConnections();
    });
  return {
    port: (server.address() as AddressInfo).port,
    stop: (limitMs) => (stopping ??= stop(limitMs)),
  };
}
