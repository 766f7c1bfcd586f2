import { eventsOf } from '#shared/answer.ts';
import { chatCompletionSchema } from '#shared/chat.ts';
import { ChunkWriter, readCompletion } from '#shared/chat-wire.ts';
import { parseJson } from '#shared/json.ts';
import { provenanceOf } from '#device/answer-copy.ts';

/** A completion with the provenance that our own wire has, and an API without our router has not; null when it is no object. */
export function withProvenance(text: string, id: string): string | null {
  const json = parseJson(text);
  if (!json.ok || json.value === null || typeof json.value !== 'object' || Array.isArray(json.value)) return null;
  return JSON.stringify({ ...json.value, layover: provenanceOf(new Headers(), id) });
}

/** A whole completion as the stream that would have brought it; null when it is none. */
export function asStream(text: string, id: string): string | null {
  const json = parseJson(withProvenance(text, id) ?? '');
  const completion = chatCompletionSchema.safeParse(json.ok ? json.value : null);
  const answer = completion.success ? readCompletion(completion.data) : null;
  if (answer === null) return null;
  const writer = new ChunkWriter(answer.id, { includeUsage: true });
  return eventsOf(answer)
    .map((event, at) => writer.write({ seq: at + 1, event }))
    .join('');
}

/** The body of an ask that was kept as a stream, as it was asked: not streamed. */
export function notStreamed(body: string): string {
  const json = parseJson(body);
  if (!json.ok || json.value === null || typeof json.value !== 'object') return body;
  const { stream: _stream, ...rest } = json.value as Record<string, unknown>;
  return JSON.stringify(rest);
}
