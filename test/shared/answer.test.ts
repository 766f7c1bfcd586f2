import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerCollector, eventsOf, type Answer, type AnswerEvent, type Provenance } from '#shared/answer.ts';
import { chatChunkSchema, chatCompletionSchema } from '#shared/chat.ts';
import { ChunkWriter, readChunk, readCompletion, SSE_DONE, writeCompletion } from '#shared/chat-wire.ts';
import { SseReader } from '#shared/sse.ts';

const id = '0193a000-0000-7000-8000-000000000001';
const provenance: Provenance = {
  id,
  source: 'provider',
  provider: 'demo-north/large',
  model: 'demo-large',
  attempts: 1,
  hops: 0,
  cost_usd: '0.000012345',
  cost_estimated: false,
  degraded: [],
  age_seconds: 0,
  first_token_ms: 412,
  demo: true,
};
const answer: Answer = {
  id,
  model: 'app/chat',
  createdSeconds: 1_790_000_000,
  text: 'Olá, 日本 👩‍🚀!',
  toolCalls: [],
  finishReason: 'stop',
  usage: {
    inputTokens: 9,
    outputTokens: 5,
    cachedInputTokens: 2,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    estimated: false,
  },
  provenance,
};

const collect = (events: AnswerEvent[]): Answer | null => {
  const collector = new AnswerCollector(id);
  for (const event of events) collector.add(event);
  return collector.answer;
};
const write = (events: AnswerEvent[], includeUsage = false): string => {
  const writer = new ChunkWriter(id, { includeUsage });
  return events.map((event, index) => writer.write({ seq: index + 1, event })).join('');
};

describe('an answer', () => {
  it('[E6] taken apart in pieces of any length and collected is the same answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.string({ unit: 'binary' }), (length, text) => {
        expect(collect(eventsOf({ ...answer, text }, length))).toEqual({ ...answer, text });
      }),
    );
  });

  it('[E6] joins the fragments of tool calls by their index', () => {
    const parts: AnswerEvent[] = [
      { type: 'answer-start', model: 'm', createdSeconds: 1 },
      { type: 'tool-delta', toolCalls: [{ index: 1, id: 'b', name: 'two', arguments: '{' }] },
      {
        type: 'tool-delta',
        toolCalls: [
          { index: 0, id: 'a', name: 'one', arguments: '{}' },
          { index: 1, arguments: '}' },
        ],
      },
      { type: 'answer-end', finishReason: 'tool_calls', usage: null, provenance },
    ];
    expect(collect(parts)?.toolCalls).toEqual([
      { id: 'a', name: 'one', arguments: '{}' },
      { id: 'b', name: 'two', arguments: '{}' },
    ]);
  });
});

describe('the wire of an answer', () => {
  it('[E7] numbers every data event but [DONE], and puts `layover` on the chunk with the finish reason', () => {
    const text = write(eventsOf(answer, 4));
    const read = new SseReader().push(text);
    expect(text.endsWith(SSE_DONE)).toBe(true);
    expect(read.slice(0, -1).map((event) => Number(event.id))).toEqual(read.slice(0, -1).map((_, index) => index + 1));
    const chunks = read.slice(0, -1).map((event) => readChunk(chatChunkSchema.parse(JSON.parse(event.data))));
    expect(chunks.map((chunk) => chunk.text).join('')).toBe(answer.text);
    expect(chunks.at(-1)).toMatchObject({ finishReason: 'stop', provenance });
    expect(read.every((event) => event.name === 'message')).toBe(true);
  });

  it('[E8] sends empty `choices` only to whoever asked for usage, and `layover` with it', () => {
    expect(write(eventsOf(answer))).not.toContain('"choices":[]');
    const chunks = new SseReader().push(write(eventsOf(answer), true)).slice(0, -1);
    const last = readChunk(chatChunkSchema.parse(JSON.parse(chunks.at(-1)?.data ?? '')));
    expect(last).toMatchObject({ usage: answer.usage, provenance, finishReason: null });
    expect(Number(chunks.at(-1)?.id)).toBe(Number(chunks.at(-2)?.id) + 1);
  });

  it('[E9] ends a broken answer with an error in-band and without [DONE]', () => {
    const text = write([
      { type: 'answer-start', model: 'm', createdSeconds: 1 },
      {
        type: 'answer-problem',
        problem: { code: 'stream_incomplete', message: 'Cut.', status: 502 },
        provenance: null,
      },
    ]);
    expect(text).not.toContain('[DONE]');
    expect(text).toContain('"error":{"message":"Cut."');
  });

  it('[E10] comes back from JSON as it was', () => {
    const body = chatCompletionSchema.parse(JSON.parse(JSON.stringify(writeCompletion(answer))));
    expect(readCompletion(body)).toEqual(answer);
  });
});
