import { canonicalJson } from '#shared/canonical.ts';
import { answerParameters, messagesOf, type ChatMessage, type ChatRequest } from '#shared/chat.ts';
import { normalizePrompt, type Normalization } from '#shared/prompt.ts';

/** What makes two asks the same ask, beside their words. */
export interface AskScope {
  tenant: string;
  /** Whose answer it may be: the whole tenant's or one user's. */
  scope: { kind: 'tenant' } | { kind: 'user'; user: string };
  feature: string;
  promptVersion: number;
  /** The alias asked for, never the upstream model behind it. */
  modelAlias: string;
  normalization: Normalization;
}

/** Raise it when the form changes: answers under an older form are then never found. */
const VERSION = 'k1:';

/**
 * The canonical form of an ask: version prefix, then JSON with sorted keys holding tenant, scope, feature, prompt version,
 * model alias, messages (texts normalized) and every parameter that changes the answer. The router's cache key is its
 * SHA-256, a device's is an HMAC-SHA-256 of it under that device's key.
 */
export function canonicalAsk(request: ChatRequest, scope: AskScope): string {
  const messages = messagesOf(request) ?? [];
  return (
    VERSION +
    canonicalJson({
      tenant: scope.tenant,
      scope: scope.scope.kind === 'user' ? `user:${scope.scope.user}` : 'tenant',
      feature: scope.feature,
      prompt_version: scope.promptVersion,
      model: scope.modelAlias,
      messages: messages.map((message) => normalizeMessage(message, scope.normalization)),
      parameters: answerParameters(request),
    })
  );
}

/** Like `canonicalAsk`, but with the words as typed: what `Idempotency-Key` is bound to. */
export function exactAsk(request: ChatRequest, feature: string, modelAlias: string): string {
  return `x1:${canonicalJson({ feature, model: modelAlias, messages: messagesOf(request) ?? [], parameters: answerParameters(request) })}`;
}

function normalizeMessage(message: ChatMessage, how: Normalization): unknown {
  if (typeof message.content === 'string') return { ...message, content: normalizePrompt(message.content, how) };
  if (!Array.isArray(message.content)) return message;
  const parts = message.content.map((part) =>
    part.type === 'text' && typeof part['text'] === 'string'
      ? { ...part, text: normalizePrompt(part['text'], how) }
      : part,
  );
  const [only] = parts;
  if (parts.length === 1 && only?.type === 'text' && typeof only['text'] === 'string')
    return { ...message, content: only['text'] };
  return { ...message, content: parts };
}

/** Hex SHA-256 of the text, by WebCrypto: present in Node, workers and on secure pages, absent on plain HTTP. */
export async function sha256Hex(text: string, subtle: SubtleCrypto): Promise<string> {
  return hex(await subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** Hex HMAC-SHA-256 of the text under a device's key. */
export async function hmacHex(text: string, key: CryptoKey, subtle: SubtleCrypto): Promise<string> {
  return hex(await subtle.sign('HMAC', key, new TextEncoder().encode(text)));
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
