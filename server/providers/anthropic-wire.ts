import type { FinishReason } from '#shared/answer.ts';
import type { Usage } from '#shared/money.ts';
import * as z from 'zod/mini';
import { AnthropicReader, readStopReason, readTokens, usageSchema } from './anthropic-reader.ts';
import { writeAnthropicRequest } from './anthropic-request.ts';
import { complaintOf } from './complaint.ts';
import { InBandError, type ContentEvent, type WholeAnswer, type Wire } from './wire.ts';

const VERSION = '2023-06-01';

/** Anthropic Messages. */
export const anthropicWire: Wire = {
  // A base that already ends in /v1 is what the other wire is configured with: meant is the same place.
  url: (apiBase) => new URL(`${apiBase.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/messages`),
  headers: (apiKey): Record<string, string> => ({
    'anthropic-version': VERSION,
    ...(apiKey === null ? {} : { 'x-api-key': apiKey }),
  }),
  body: (call) => JSON.stringify(writeAnthropicRequest(call)),
  idHeader: 'request-id',
  reader: () => new AnthropicReader(),
  readWhole,
};

const messageSchema = z.looseObject({
  type: z.literal('message'),
  model: z.optional(z.string()),
  content: z.array(
    z.looseObject({
      type: z.string(),
      text: z.optional(z.string()),
      id: z.optional(z.string()),
      name: z.optional(z.string()),
      input: z.optional(z.unknown()),
    }),
  ),
  stop_reason: z.optional(z.nullable(z.string())),
  usage: z.optional(z.nullable(usageSchema)),
});

function readWhole(value: unknown): WholeAnswer | null {
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'error')
    throw new InBandError(complaintOf(value, null));
  const message = messageSchema.safeParse(value);
  if (!message.success) return null;
  const content: ContentEvent[] = [];
  let tools = 0;
  for (const block of message.data.content) {
    if (block.type === 'text' && block.text !== undefined && block.text !== '')
      content.push({ type: 'text-delta', text: block.text });
    if (block.type === 'tool_use') {
      const call = { index: tools++, id: block.id, name: block.name, arguments: JSON.stringify(block.input ?? {}) };
      content.push({ type: 'tool-delta', toolCalls: [call] });
    }
  }
  const reason: FinishReason = readStopReason(message.data.stop_reason ?? 'end_turn');
  const usage: Usage | null = readTokens(message.data.usage ?? {});
  return { model: message.data.model ?? null, content, reason, usage };
}
