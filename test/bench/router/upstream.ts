/** A provider that answers at once, in a process of its own: raw node:http, the OpenAI wire. Prints its two ports. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PIECES } from './request.ts';

const usage = { prompt_tokens: 100, completion_tokens: 150, total_tokens: 250 };
const head = { id: 'chatcmpl-bench', created: 1_800_000_000, model: 'bench-2026' };

const chunk = (choices: unknown[], rest: object = {}): string =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...rest })}\n\n`;
const delta = (delta: object, reason: string | null = null): string =>
  chunk([{ index: 0, delta, finish_reason: reason }]);

const CHUNKS = [
  delta({ role: 'assistant', content: '' }),
  ...PIECES.map((content) => delta({ content })),
  delta({}, 'stop'),
  chunk([], { usage }) + 'data: [DONE]\n\n',
];
const WHOLE = JSON.stringify({
  ...{ ...head, object: 'chat.completion', usage },
  choices: [{ index: 0, message: { role: 'assistant', content: PIECES.join('') }, finish_reason: 'stop' }],
});

function answer(response: ServerResponse, body: string): void {
  if (!body.includes('"stream":true')) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(WHOLE) });
    response.end(WHOLE);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const text of CHUNKS) response.write(text);
  response.end();
}

const quick = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => (body += piece));
  request.on('end', () => answer(response, body));
});
/** Takes the call and never says a word. */
const silent = createServer((request) => void request.resume());

quick.listen(0, '127.0.0.1', () =>
  silent.listen(0, '127.0.0.1', () => {
    const ports = [quick, silent].map((server) => (server.address() as AddressInfo).port);
    console.log(`ports ${ports.join(' ')}`);
  }),
);
