import type { ChatMessage } from '#shared/chat.ts';
import { parseJson } from '#shared/json.ts';
import * as z from 'zod/mini';
import { writeImage, type AnthropicImage } from './anthropic-image.ts';
import { ProviderFailure, type ProviderCall } from './provider.ts';

/** Anthropic asks for a limit; this one when the ask has none. */
const DEFAULT_MAX_TOKENS = 4096;

type Block =
  | { type: 'text'; text: string }
  | AnthropicImage
  | { type: 'tool_use'; id: string; name: string; input: unknown }
  | { type: 'tool_result'; tool_use_id: string; content: string };

interface Turn {
  role: 'user' | 'assistant';
  content: Block[];
}

/** An OpenAI ask as a request to Anthropic. Parameters that Anthropic has no word for are dropped. */
export function writeAnthropicRequest(call: ProviderCall): Record<string, unknown> {
  const system = call.messages.filter(isSystem).map(textOf).filter(isSaid).join('\n\n');
  return {
    model: call.model,
    ...(system === '' ? {} : { system }),
    messages: writeTurns(call.messages.filter((message) => !isSystem(message))),
    ...writeParameters(call.parameters),
    stream: true,
  };
}

function isSystem(message: ChatMessage): boolean {
  return message.role === 'system' || message.role === 'developer';
}

/** Anthropic refuses text blocks that are empty or blank. */
function isSaid(text: string): boolean {
  return text.trim() !== '';
}

function textOf(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content;
  const parts = message.content ?? [];
  return parts.flatMap((part) => (typeof part['text'] === 'string' ? [part['text']] : [])).join('\n');
}

function writeTurns(messages: readonly ChatMessage[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = writeBlocks(message);
    if (content.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...content);
    else turns.push({ role, content });
  }
  trimPrefill(turns);
  return turns;
}

/** A last assistant turn is a beginning to go on from, and may not end in blanks. */
function trimPrefill(turns: readonly Turn[]): void {
  const last = turns.at(-1);
  const block = last?.content.at(-1);
  if (last?.role === 'assistant' && block?.type === 'text') block.text = block.text.trimEnd();
}

const toolCallsSchema = z.array(
  z.looseObject({ id: z.string(), function: z.looseObject({ name: z.string(), arguments: z.string() }) }),
);

function writeBlocks(message: ChatMessage): Block[] {
  if (message.role === 'tool') {
    const id = message['tool_call_id'];
    if (typeof id !== 'string') throw refused('A `tool` message has no `tool_call_id`.');
    return [{ type: 'tool_result', tool_use_id: id, content: textOf(message) }];
  }
  const parts = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
  const blocks = (parts ?? []).flatMap(writePart);
  const calls = toolCallsSchema.safeParse(message['tool_calls'] ?? []);
  if (!calls.success) throw refused('`tool_calls` of an assistant message are not of the form that OpenAI describes.');
  for (const { id, function: called } of calls.data) {
    const input = parseJson(called.arguments === '' ? '{}' : called.arguments);
    blocks.push({ type: 'tool_use', id, name: called.name, input: input.ok ? input.value : {} });
  }
  return blocks;
}

function writePart(part: { type: string; [field: string]: unknown }): Block[] {
  if (part.type === 'text' || part.type === 'refusal') {
    const text = part[part.type];
    return typeof text === 'string' && isSaid(text) ? [{ type: 'text', text }] : [];
  }
  if (part.type === 'image_url') return [writeImage(part['image_url'])];
  throw refused(`A message part of type \`${part.type.slice(0, 40)}\` cannot be sent to this provider.`);
}

function refused(message: string): ProviderFailure {
  return new ProviderFailure('caller', message, { words: message });
}

const parametersSchema = z.looseObject({
  max_completion_tokens: z.optional(z.nullable(z.number())),
  max_tokens: z.optional(z.nullable(z.number())),
  temperature: z.optional(z.nullable(z.number())),
  top_p: z.optional(z.nullable(z.number())),
  stop: z.optional(z.nullable(z.union([z.string(), z.array(z.string())]))),
  parallel_tool_calls: z.optional(z.nullable(z.boolean())),
  tools: z.optional(
    z.nullable(
      z.array(
        z.looseObject({
          function: z.looseObject({
            name: z.string(),
            description: z.optional(z.nullable(z.string())),
            parameters: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
          }),
        }),
      ),
    ),
  ),
  tool_choice: z.optional(
    z.nullable(
      z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ function: z.looseObject({ name: z.string() }) })]),
    ),
  ),
});
type Parameters = z.infer<typeof parametersSchema>;

function writeParameters(given: Record<string, unknown>): Record<string, unknown> {
  const parsed = parametersSchema.safeParse(given);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0] ?? 'a parameter').slice(0, 40);
    throw refused(`\`${name}\` is not of the form that OpenAI describes.`);
  }
  const parameters = parsed.data;
  const stops = [parameters.stop ?? []].flat().filter(isSaid);
  return {
    max_tokens: parameters.max_completion_tokens ?? parameters.max_tokens ?? DEFAULT_MAX_TOKENS,
    // OpenAI's temperature reaches 2, Anthropic's 1. Newer models refuse it together with top_p.
    ...(typeof parameters.temperature === 'number'
      ? { temperature: Math.min(1, Math.max(0, parameters.temperature)) }
      : typeof parameters.top_p === 'number'
        ? { top_p: parameters.top_p }
        : {}),
    ...(stops.length === 0 ? {} : { stop_sequences: stops }),
    ...writeTools(parameters),
  };
}

function writeTools({
  tools,
  tool_choice: choice,
  parallel_tool_calls: parallel,
}: Parameters): Record<string, unknown> {
  if (tools === undefined || tools === null || tools.length === 0) return {};
  const written = tools.map(({ function: tool }) => ({
    name: tool.name,
    ...(typeof tool.description === 'string' ? { description: tool.description } : {}),
    input_schema: tool.parameters ?? { type: 'object', properties: {} },
  }));
  const single = parallel === false && choice !== 'none' ? { disable_parallel_tool_use: true } : {};
  if ((choice === undefined || choice === null) && parallel !== false) return { tools: written };
  return { tools: written, tool_choice: { ...writeChoice(choice ?? 'auto'), ...single } };
}

function writeChoice(choice: NonNullable<Parameters['tool_choice']>): Record<string, unknown> {
  if (choice === 'none' || choice === 'auto') return { type: choice };
  if (choice === 'required') return { type: 'any' };
  return { type: 'tool', name: choice.function.name };
}
