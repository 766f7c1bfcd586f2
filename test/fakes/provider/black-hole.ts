import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** An address where connections are neither taken nor refused: what a dropped route looks like. */
export interface BlackHole {
  port: number;
  close(): Promise<void>;
}

/** A listener whose thread is asleep for good: when its queue of connections is full, the system drops every further one. */
const LISTENER = `
  const { createServer } = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

/** More than a queue of one can hold on any system we know. */
const FILLERS = 8;

export async function openBlackHole(): Promise<BlackHole> {
  const worker = new Worker(LISTENER, { eval: true });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const fillers: Socket[] = [];
  for (let at = 0; at < FILLERS; at++) {
    const filler = connect(port, '127.0.0.1');
    // What becomes of a filler is nobody's business.
    filler.on('error', () => undefined);
    fillers.push(filler);
  }
  return {
    port,
    async close() {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}
