import type * as z from 'zod/mini';
import { explain } from '#shared/explain.ts';
import { parseJson } from '#shared/json.ts';
import { Problem } from '#shared/problem.ts';

/** Deepest nesting of a body: keeps below what its canonical form may have, so that the form never fails later. */
const MAX_DEPTH = 60;

/** Reads a JSON body of at most `maxBytes` by its schema; throws `too_large` or `body_malformed`. */
export async function readBody<T extends z.ZodMiniType>(
  request: Request,
  schema: T,
  maxBytes: number,
): Promise<z.infer<T>> {
  const json = parseJson(await readJsonText(request, maxBytes));
  if (!json.ok) throw new Problem('body_malformed', 'The body is not JSON.');
  checkDepth(json.value);
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const { sentence, path } = explain(parsed.error.issues);
  throw new Problem('body_malformed', sentence, path === '' ? {} : { param: path });
}

/** The text of a JSON body as it came; throws `too_large` or `body_malformed`. */
export async function readJsonText(request: Request, maxBytes: number): Promise<string> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new Problem('body_malformed', 'The body must come with `content-type: application/json`.', {
      param: 'content-type',
    });
  }
  return decode(await readBytes(request, maxBytes));
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Problem('body_malformed', 'The body is not UTF-8.', { cause });
  }
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared !== null) {
    if (Number(declared) > maxBytes) throw tooLarge(maxBytes);
    // The HTTP parser holds a body to its declared length; one read is several times faster than a stream.
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > maxBytes) throw tooLarge(maxBytes);
    return bytes;
  }
  if (request.body === null) return new Uint8Array();
  const body: ReadableStream<Uint8Array> = request.body;
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(pieces);
    length += value.length;
    if (length > maxBytes) {
      // The rest is not wanted; a client that has gone already needs no telling.
      void reader.cancel().catch((failure: unknown) => void failure);
      throw tooLarge(maxBytes);
    }
    pieces.push(value);
  }
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('too_large', `The body is larger than ${maxBytes} bytes.`);
}

function checkDepth(value: unknown): void {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    if (typeof top.value !== 'object' || top.value === null) continue;
    if (top.depth >= MAX_DEPTH) {
      throw new Problem('body_malformed', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    }
    for (const member of Object.values(top.value) as unknown[]) {
      if (typeof member === 'object' && member !== null) open.push({ value: member, depth: top.depth + 1 });
    }
  }
}
