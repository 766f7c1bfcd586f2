import type { ChatMessage } from '#shared/chat.ts';

/** Longest text of a provider that enters a message of ours, in characters. */
const MAX_QUOTE = 300;

/** A provider's text shares this many characters with the prompt: it quotes it. */
const ECHO = 24;
const STEP = 8;

/** Shapes of keys, also half masked ones: OpenAI's 401 repeats the key with stars in it. */
const KEY_SHAPES = /\b(sk|pk|gsk|key|xai|AIza)[-_][A-Za-z0-9*_-]{4,}|Bearer\s+\S+/g;

/** A provider's own words made safe for a log: shortened, without keys, and left out when they quote the prompt. */
export function scrub(text: string, apiKey: string | null, messages: readonly ChatMessage[]): string {
  const short = shorten(text.replaceAll(/\s+/g, ' ').trim());
  if (short === '') return '';
  if (messages.some((message) => textsOf(message).some((prompt) => quotes(short, prompt)))) return '';
  return withoutKeys(short, apiKey);
}

/** The text with `[key]` in place of our key, and of whatever looks like one. */
export function withoutKeys(text: string, apiKey: string | null): string {
  const keyless = apiKey === null || apiKey === '' ? text : text.replaceAll(apiKey, '[key]');
  return keyless.replaceAll(KEY_SHAPES, '[key]');
}

function shorten(text: string): string {
  const points = Array.from(text.slice(0, MAX_QUOTE * 2));
  return points.length <= MAX_QUOTE ? points.join('') : `${points.slice(0, MAX_QUOTE - 1).join('')}…`;
}

function textsOf(message: ChatMessage): string[] {
  if (typeof message.content === 'string') return [message.content];
  return (message.content ?? []).flatMap((part) => (typeof part['text'] === 'string' ? [part['text']] : []));
}

/** Windows of 16 every 8 characters: whatever 24 characters are shared, one window lies inside them. */
function quotes(text: string, prompt: string): boolean {
  const flat = prompt.replaceAll(/\s+/g, ' ').trim();
  if (flat.length < ECHO) return flat.length > 3 && text.includes(flat);
  for (let at = 0; at + ECHO - STEP <= text.length; at += STEP)
    if (flat.includes(text.slice(at, at + ECHO - STEP))) return true;
  return false;
}
