import type { ServerResponse } from 'node:http';
import { constants, createGzip, type Gzip } from 'node:zlib';
import type { Call } from './fake-call.ts';
import type { Attempt } from './script.ts';

/** The way of a body's bytes out of the fake: split, compressed or cut off as its attempt says. */
export class Pipe {
  readonly #attempt: Attempt;
  readonly #call: Call;
  readonly #response: ServerResponse;
  readonly #gzip: Gzip | null;
  #bytesOut = 0;

  constructor({ attempt, call, response }: { attempt: Attempt; call: Call; response: ServerResponse }) {
    this.#attempt = attempt;
    this.#call = call;
    this.#response = response;
    this.#gzip = attempt.gzip ? createGzip() : null;
  }

  /** Resolves when the bytes left this process, or the client did; whether all of them were written. */
  async write(text: string): Promise<boolean> {
    const { cutAtByte, splitBytes } = this.#attempt;
    const bytes = this.#gzip === null ? Buffer.from(text) : await flushed(this.#gzip, text);
    const room = cutAtByte === null ? bytes.length : Math.min(bytes.length, cutAtByte - this.#bytesOut);
    const size = splitBytes ?? Math.max(1, bytes.length);
    let at = 0;
    for (; at < room && this.#call.outcome === 'running'; at += size)
      await writeBytes(this.#response, bytes.subarray(at, Math.min(room, at + size)));
    this.#bytesOut += room;
    if (this.#bytesOut === cutAtByte && this.#call.outcome === 'running') {
      this.#call.ended('cut');
      this.#response.destroy();
    }
    return at >= bytes.length && room === bytes.length;
  }

  async end(): Promise<void> {
    if (this.#gzip === null) return void this.#response.end();
    const last = new Promise<Buffer>((resolve) => this.#gzip?.once('data', resolve));
    this.#gzip.end();
    this.#response.end(await last);
  }
}

function flushed(gzip: Gzip, text: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const keep = (piece: Buffer): void => void pieces.push(piece);
    gzip.on('data', keep);
    gzip.write(text);
    gzip.flush(constants.Z_SYNC_FLUSH, () => {
      gzip.off('data', keep);
      resolve(Buffer.concat(pieces));
    });
  });
}

/** Resolves when the bytes left this process, so that small pieces travel as small pieces. */
function writeBytes(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.once('close', resolve);
    response.write(bytes, () => {
      response.off('close', resolve);
      // The next piece waits for a turn of the loop: written in one turn, pieces would join in one packet.
      setImmediate(resolve);
    });
  });
}
