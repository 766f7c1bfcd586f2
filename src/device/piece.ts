import { chatChunkSchema } from '#shared/chat.ts';
import { readChunk, type ChunkReading } from '#shared/chat-wire.ts';
import { readJson } from '#shared/json.ts';
import type { SseEvent } from '#shared/sse.ts';

/** One event of a stream with what it says; `reading` is null for `[DONE]` and for what is no chunk. */
export interface Piece {
  event: SseEvent;
  reading: ChunkReading | null;
}

/** How far a stream has come, through all its cuts. */
export interface StreamPlace {
  /** Highest event id that was passed on. */
  last: number;
  /** A finish reason has come. */
  finished: boolean;
  /** So has what it took: with the finish reason, or on the chunk of usage after it. */
  told: boolean;
  ended: boolean;
}

/** The event, unless it was passed on before; moves the place on. */
export function placed(event: SseEvent, place: StreamPlace): Piece[] {
  if (place.ended) return [];
  if (event.data === '[DONE]') {
    place.ended = true;
    return [{ event, reading: null }];
  }
  const chunk = readJson(chatChunkSchema, event.data);
  const reading = chunk === null ? null : readChunk(chunk);
  const id = Number(event.id);
  if (event.id !== '' && Number.isSafeInteger(id) && reading?.problem == null) {
    if (id <= place.last) return [];
    place.last = id;
  }
  if (reading?.finishReason != null) place.finished = true;
  if (reading?.provenance != null) place.told = true;
  if (reading?.problem != null) place.ended = true;
  return [{ event, reading }];
}
