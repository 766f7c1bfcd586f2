/** The yardstick: bare node:http and an undici pool, that read the body and hand the answer on. Prints its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const pool = new Pool(process.argv[2] ?? '', { connections: 512 });

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    // Whatever stands between must know what is asked.
    const body = JSON.stringify(JSON.parse(Buffer.concat(pieces).toString('utf8')));
    pool.dispatch(
      { method: 'POST', path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status, headers) =>
          void response.writeHead(status, { 'content-type': String(headers['content-type']) }),
        onResponseData: (_controller, piece) => void response.write(piece),
        onResponseEnd: () => void response.end(),
        onResponseError: () => void response.destroy(),
      },
    );
  });
});
server.listen(0, '127.0.0.1', () => console.log(`ports ${(server.address() as AddressInfo).port}`));
