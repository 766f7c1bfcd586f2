import { parentPort } from 'node:worker_threads';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { piecesOf } from './token-pieces.ts';
import type { TokenizerAnswer, TokenizerCall } from './tokenizer.ts';

/** The thread in which texts are counted: a megabyte takes long, and the event loop of asks may not wait for it. */
if (parentPort === null) throw new Error('This file is started as a worker thread, by the tokenizer.');
const port = parentPort;

/** What looks like a control token in somebody's text is text. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

port.on('message', ({ id, texts }: TokenizerCall) => {
  let tokens = 0;
  for (const text of texts) for (const piece of piecesOf(text)) tokens += countTokens(piece, AS_TEXT);
  port.postMessage({ id, tokens } satisfies TokenizerAnswer);
});
