import type { ChatMessage } from '#shared/chat.ts';
import { parseJson } from '#shared/json.ts';
import * as z from 'zod/mini';
import { writeImage, type AnthropicImage } from './anthropic-image.ts';
import { markOf, withMark } from './anthropic-mark.ts';
import { refused, writeParameters } from './anthropic-parameters.ts';
import { leastCachedTokens } from './model-facts.ts';
import { markStable, type Markable } from './prompt-cache.ts';
import type { ProviderCall } from './provider.ts';

type TextBlock = { type: 'text'; text: string } & Markable;

type Block =
  | TextBlock
  | (AnthropicImage & Markable)
  | ({ type: 'tool_use'; id: string; name: string; input: unknown } & Markable)
  | ({ type: 'tool_result'; tool_use_id: string; content: string } & Markable);

interface Turn {
  role: 'user' | 'assistant';
  content: Block[];
}

/** An OpenAI ask as a request to Anthropic. Parameters that Anthropic has no word for are dropped, unless the call refuses that. */
export function writeAnthropicRequest(call: ProviderCall): Record<string, unknown> {
  const { promptCache } = call;
  const system = call.messages.filter(isSystem).flatMap(writeSystem);
  const turns = writeTurns(call.messages.filter((message) => !isSystem(message)));
  const { tools, ...parameters } = writeParameters(call, { sortTools: Boolean(promptCache) });
  if (promptCache) markStable({ tools, system, turns }, promptCache, leastCachedTokens(call.model));
  const isMarked = system.some((block) => block.cache_control !== undefined);
  return {
    model: call.model,
    ...(system.length === 0 ? {} : { system: isMarked ? system : system.map(({ text }) => text).join('\n\n') }),
    messages: turns,
    ...parameters,
    ...(tools.length === 0 ? {} : { tools }),
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

/** One block for each message, or for each part where the caller has marked one. */
function writeSystem(message: ChatMessage): TextBlock[] {
  const parts = Array.isArray(message.content) ? message.content : [];
  if (parts.every((part) => markOf(part) === null)) {
    const text = textOf(message);
    return isSaid(text) ? [{ type: 'text', text }] : [];
  }
  return parts.flatMap((part) => {
    const text = part['text'];
    return typeof text === 'string' && isSaid(text) ? [withMark({ type: 'text', text }, part)] : [];
  });
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
    return typeof text === 'string' && isSaid(text) ? [withMark<TextBlock>({ type: 'text', text }, part)] : [];
  }
  if (part.type === 'image_url') return [withMark(writeImage(part['image_url']), part)];
  throw refused(`A message part of type \`${part.type.slice(0, 40)}\` cannot be sent to this provider.`);
}
