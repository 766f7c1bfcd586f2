import { parseJson } from '#shared/json.ts';
import * as z from 'zod/mini';
import type { Turn } from './compose.ts';

const partsSchema = z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.optional(z.string()) }))]);

/** Both wires say model, messages and limits with the same words; `system` is Anthropic's. */
const requestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.optional(z.nullable(partsSchema)) })),
  system: z.optional(partsSchema),
  stream: z.literal(true),
  max_tokens: z.optional(z.number()),
  max_completion_tokens: z.optional(z.number()),
});

export interface DemoRequest {
  model: string;
  turns: Turn[];
  /** Most characters of the answer. */
  maxCharacters: number;
  inputTokens: number;
}

/** A request to a demo provider; null when it is not what the wire asks for, or not for a stream. */
export function readDemoRequest(body: string): DemoRequest | null {
  const json = parseJson(body);
  const parsed = requestSchema.safeParse(json.ok ? json.value : null);
  if (!parsed.success) return null;
  const { model, messages, system, max_tokens, max_completion_tokens } = parsed.data;
  const texts = messages.map(({ content }) => textOf(content));
  const turns = messages.flatMap(({ role }, index): Turn[] =>
    role === 'user' || role === 'assistant' ? [{ role, text: texts[index] ?? '' }] : [],
  );
  const maxTokens = max_completion_tokens ?? max_tokens ?? Number.POSITIVE_INFINITY;
  return {
    model,
    turns,
    maxCharacters: Math.max(1, maxTokens) * 4,
    inputTokens: countTokens([textOf(system), ...texts].join('')),
  };
}

/** The demo's rule: a token is four characters. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function textOf(content: z.infer<typeof partsSchema> | null | undefined): string {
  if (content === null || content === undefined) return '';
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('\n');
}
