import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicWire } from '../../server/providers/anthropic-wire.ts';
import { openAiWire } from '../../server/providers/openai-wire.ts';
import type { ProviderEvent } from '../../server/providers/provider.ts';
import { StreamedAnswer, type ByteSource } from '../../server/providers/streamed-answer.ts';
import { fakeClock } from '../fakes/clock.ts';
import { textOf, toolsOf } from './provider-events.ts';
import { RECORDINGS, type Recording } from './provider-recordings.ts';

const WIRES = { openai: openAiWire, anthropic: anthropicWire };

describe.each(RECORDINGS)('$name', (recording) => {
  const bytes = Buffer.from(recording.stream);

  it('[P3] [P5] [P7] reads the same wherever it is cut in two', async () => {
    for (let at = 0; at <= bytes.length; at++) expectRead(await read(recording, cutAt(bytes, [at])), recording);
  });

  it('[P3] reads the same byte by byte, and in any pieces', async () => {
    expectRead(await read(recording, cutAt(bytes, [...bytes.keys()])), recording);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 40 }), async (places) => {
        expectRead(await read(recording, cutAt(bytes, places)), recording);
      }),
      { numRuns: 50 },
    );
  });

  it('[ST17] text that comes in one piece is one event, its words in their order', async () => {
    const heard = await read(recording, [bytes]);
    const text = heard.filter((event) => event.type === 'text-delta');
    const refusals = new Set(text.map(({ refusal }) => refusal));
    if (recording.tools.length === 0) expect(text.length).toBeLessThanOrEqual(refusals.size);
    expectRead(heard, recording);
  });

  it('[P4] is never taken for whole when it breaks off before its finish reason', async () => {
    const finishAt = Math.max(bytes.lastIndexOf('"finish_reason":"'), bytes.lastIndexOf('"stop_reason":"'));
    for (let at = 0; at < finishAt; at += 7)
      await expect(read(recording, [bytes.subarray(0, at)])).rejects.toMatchObject({ kind: 'cut' });
  });
});

it('[P9] an event without an end is `cut`, not memory', async () => {
  const [recording] = RECORDINGS;
  if (recording === undefined) throw new Error('There are no recordings.');
  const endless = Array.from({ length: 20 }, () => Buffer.from('data: '.padEnd(100_000, 'x')));
  await expect(read(recording, endless)).rejects.toMatchObject({ kind: 'cut' });
});

async function read(recording: Recording, pieces: Buffer[]): Promise<ProviderEvent[]> {
  const left = [...pieces];
  const source: ByteSource = { ready: true, read: async () => left.shift() ?? null, stop: () => undefined };
  const limits = { clock: fakeClock(), host: 'provider.test', idleTimeoutMs: 1000 };
  const answer = new StreamedAnswer(WIRES[recording.wire].reader(), source, limits);
  const heard: ProviderEvent[] = [];
  for (let content = await answer.next(); content !== null; content = await answer.next()) heard.push(...content);
  return [...heard, answer.finish()];
}

function expectRead(heard: readonly ProviderEvent[], recording: Recording): void {
  expect(textOf(heard)).toBe(recording.text);
  expect(toolsOf(heard)).toEqual(recording.tools);
  const [inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens] = recording.usage ?? [];
  expect(heard.at(-1)).toMatchObject({
    type: 'finish',
    reason: recording.reason,
    usage:
      recording.usage === null
        ? null
        : { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens, estimated: false },
    skippedChunks: recording.skipped,
  });
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set([...places, bytes.length])].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)).filter((piece) => piece.length > 0);
}
