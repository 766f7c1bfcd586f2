import type { ChatMessage } from '#shared/chat.ts';
import { costNanoUsd, type Usage } from '#shared/money.ts';
import type { Deployment } from '../config/configuration.ts';
import type { FailureKind, PromptCache, ProviderEvent } from '../providers/provider.ts';
import { estimateUsage, isCredible, NO_USAGE } from './estimate.ts';

/** What is known of a call that is over. */
export interface Call {
  deployment: Deployment;
  messages: readonly ChatMessage[];
  /** Its response headers came. */
  accepted: boolean;
  /** UTF-8 bytes of what came. */
  outputBytes: number;
  /** As the provider told it; null when it did not. */
  usage: Usage | null;
  /** For how long we asked the provider's prompt cache to keep what is the same; null for not at all. */
  keptFor: PromptCache['ttl'] | null;
  /** `finished`, `stopped` by us, or how it failed. */
  ended: 'finished' | 'stopped' | FailureKind;
}

/** Failures in which a provider may have worked, and bills, without telling us how much. */
const UNTOLD = new Set<Call['ended']>(['cut', 'stalled', 'timeout']);

/** What a call used and cost. Refused before the stream opened: nothing. Broken off after it: estimated. */
export function bill(call: Call): { usage: Usage; costNanoUsd: number | null } {
  const { deployment, ended, outputBytes } = call;
  const worked =
    ended === 'finished' || (call.accepted && (ended === 'stopped' || outputBytes > 0 || UNTOLD.has(ended)));
  if (!worked) return { usage: NO_USAGE, costNanoUsd: 0 };
  const told = call.usage;
  const usage = told !== null && isCredible(told) ? withHour(told, call) : estimateUsage(call.messages, outputBytes);
  return { usage, costNanoUsd: costNanoUsd(usage, deployment.prices) };
}

/** What was written to the prompt cache and not split by time was written for as long as we asked. */
function withHour(told: Usage, { keptFor }: Pick<Call, 'keptFor'>): Usage {
  if (told.cacheWriteHourTokens !== undefined || keptFor !== '1h') return told;
  return { ...told, cacheWriteHourTokens: told.cacheWriteTokens };
}

/** UTF-8 bytes of one piece of content. */
export function bytesOf(
  event: Extract<ProviderEvent, { type: 'text-delta' | 'reasoning-delta' | 'tool-delta' }>,
): number {
  if (event.type !== 'tool-delta') return Buffer.byteLength(event.text);
  return event.toolCalls.reduce((sum, call) => sum + Buffer.byteLength((call.name ?? '') + (call.arguments ?? '')), 0);
}
