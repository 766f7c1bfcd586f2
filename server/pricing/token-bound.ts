import type { ChatMessage } from '#shared/chat.ts';

/** What is counted of an ask: all that a provider reads as its prompt. */
export interface Prompt {
  messages: readonly ChatMessage[];
  /** Parameters of the ask; of them the descriptions of tools and of the wanted form are read by the model. */
  parameters: Readonly<Record<string, unknown>>;
}

/** An ask taken apart for counting. */
export interface PromptParts {
  /** Every text a model reads, one for each place it stands in. */
  texts: string[];
  images: number;
  /** UTF-8 bytes of files and sounds as they are sent. */
  otherBytes: number;
  messages: number;
  hasTools: boolean;
}

/** Parameters that a provider puts into the prompt. */
const READ_PARAMETERS = ['tools', 'functions', 'response_format'] as const;

/** Most tokens around one message: marks of its begin, role and end. OpenAI's take 4. */
const AROUND_MESSAGE = 8;

/** Most tokens of what a provider itself says to a model about tools; Anthropic's words were at most 804. */
const ABOUT_TOOLS = 1_000;

/** Most tokens of an image: Anthropic's largest is 4,784. */
const IMAGE_BOUND = 5_000;

/** What an image counts as where it is counted and not bounded: a picture of about a megapixel. */
const IMAGE_COUNT = 1_600;

/**
 * More tokens than the prompt can have, at the cost of reading it once: no tokenizer that is in use makes more tokens of a text
 * than it has bytes of UTF-8. Some four times the true number for English.
 */
export function boundTokens(prompt: Prompt): number {
  const parts = partsOf(prompt);
  const bytes = parts.texts.reduce((sum, text) => sum + Buffer.byteLength(text), parts.otherBytes);
  return bytes + parts.images * IMAGE_BOUND + around(parts);
}

/** The tokens of a prompt whose texts a tokenizer has counted, `percent` of its count for another one. */
export function countedTokens(parts: PromptParts, textTokens: number, percent: number): number {
  return Math.ceil((textTokens * percent) / 100) + parts.otherBytes + parts.images * IMAGE_COUNT + around(parts);
}

function around({ messages, hasTools }: PromptParts): number {
  return (messages + 1) * AROUND_MESSAGE + (hasTools ? ABOUT_TOOLS : 0);
}

/** Whether a tokenizer's count of the texts is the whole truth. */
export function isTextOnly({ images, otherBytes, hasTools }: PromptParts): boolean {
  return images === 0 && otherBytes === 0 && !hasTools;
}

/** Takes a prompt apart. */
export function partsOf({ messages, parameters }: Prompt): PromptParts {
  const parts: PromptParts = { texts: [], images: 0, otherBytes: 0, messages: messages.length, hasTools: false };
  for (const { role: _role, content, ...others } of messages) {
    if (typeof content === 'string') parts.texts.push(content);
    else for (const part of content ?? []) addPart(part, parts);
    // Names, and the calls of tools that an assistant made.
    const isMore = Object.values(others).some((value) => value !== undefined && value !== null);
    if (isMore) parts.texts.push(JSON.stringify(others));
  }
  for (const name of READ_PARAMETERS) {
    const value = parameters[name];
    if (value === undefined || value === null) continue;
    parts.texts.push(JSON.stringify(value));
    parts.hasTools = true;
  }
  return parts;
}

function addPart(part: { type: string; [field: string]: unknown }, parts: PromptParts): void {
  const text = part['text'] ?? part['refusal'];
  if (typeof text === 'string') parts.texts.push(text);
  else if (part.type === 'image_url') parts.images += 1;
  else parts.otherBytes += Buffer.byteLength(JSON.stringify(part));
}
