import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SSE_EVENT_CHARS, readSse, SseReader, writeSse } from '#shared/sse.ts';

const stream =
  ': hello\r\n\r\nid: 1\r\ndata: {"a":"é"}\r\n\r\nevent: problem\ndata: one\ndata: two\n\nid\ndata:\n\nretry: 3\n\ndata: 日本語\r\rdata: never ended';
const events = [
  { name: 'message', data: '{"a":"é"}', id: '1' },
  { name: 'problem', data: 'one\ntwo', id: '1' },
  { name: 'message', data: '', id: '' },
  { name: 'message', data: '日本語', id: '' },
];

describe('server-sent events', () => {
  it('[E1] are read whole, whatever ends their lines', () => {
    expect(new SseReader().push(stream)).toEqual(events);
  });

  it('[E2] are the same wherever the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(stream);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const at = [0, ...[...new Set(cuts)].sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.slice(at[index], end));
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            for (const piece of pieces) controller.enqueue(piece);
            controller.close();
          },
        });
        const read = [];
        for await (const event of readSse(body)) read.push(event);
        expect(read).toEqual(events);
      }),
    );
  });

  it('[E3] never grow without bound', () => {
    const reader = new SseReader();
    reader.push('data: x');
    expect(() => {
      for (let round = 0; round < 12; round++) reader.push('x'.repeat(MAX_SSE_EVENT_CHARS / 10));
    }).toThrow(RangeError);
  });

  it('[E4] are written with their id', () => {
    expect(writeSse('{}', 7)).toBe('id: 7\ndata: {}\n\n');
    expect(writeSse('{}')).toBe('data: {}\n\n');
  });

  it('[E5] leave the body when their reader does', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('data: x\n\n')),
      cancel: () => void (cancelled = true),
    });
    for await (const event of readSse(body)) {
      expect(event.data).toBe('x');
      break;
    }
    expect(cancelled).toBe(true);
  });
});
