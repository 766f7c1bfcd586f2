import type { Answer } from '#shared/answer.ts';
import { chatCompletionSchema } from '#shared/chat.ts';
import { readCompletion } from '#shared/chat-wire.ts';
import { readJson } from '#shared/json.ts';

/** The answer in a body of the router's; null when the body holds none. */
export function readWholeAnswer(text: string): Answer | null {
  const completion = readJson(chatCompletionSchema, text);
  return completion === null ? null : readCompletion(completion);
}
