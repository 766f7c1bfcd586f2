import type { ChatMessage } from '#shared/chat.ts';

/**
 * How many turns a conversation has. A turn is what a person said with all that answered it, so the calls of tools are with
 * their results; what stands before the first thing that was said is one, too. What the system says belongs to none.
 */
export function countTurns(messages: readonly ChatMessage[]): number {
  return turnNumbers(messages).at(-1) ?? 0;
}

/** The conversation without so many of its oldest turns. What the system says stays. */
export function withoutOldest(messages: readonly ChatMessage[], count: number): ChatMessage[] {
  const numbers = turnNumbers(messages);
  return messages.filter((message, at) => isSystem(message) || (numbers[at] ?? 0) > count);
}

/** For each message the number of the turn that it belongs to, from 1. */
function turnNumbers(messages: readonly ChatMessage[]): number[] {
  let turn = 0;
  return messages.map((message) => {
    if (!isSystem(message) && (message.role === 'user' || turn === 0)) turn += 1;
    return turn;
  });
}

function isSystem({ role }: ChatMessage): boolean {
  return role === 'system' || role === 'developer';
}
