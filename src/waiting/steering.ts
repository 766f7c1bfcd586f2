import type { Place } from '#device/database.ts';
import { putBack, removeConversation, removeEntry, type Removed } from '#device/removal.ts';
import { awaitLine, cancelEntry, markSeen, moveInLine, undoCancel, UNDO_MS, wishToHear } from '#device/steering.ts';

/** What the person does by hand to what is stored. Part of a lazy chunk. */
export interface Steering {
  /** The order of the line afterwards; null when it could not move. */
  move(askId: string, by: -1 | 1): Promise<string[] | null>;
  /** False when it is too late to take it back quietly. */
  cancel(askId: string, nowMs: number): Promise<boolean>;
  undoCancel(askId: string): Promise<boolean>;
  /** Takes an ask that had its last answer out of the list. */
  discard(askId: string): Promise<Removed>;
  /** A notification that opens this conversation is wished for; null takes the wish back. */
  wishToHear(askId: string, conversationId: string | null): Promise<boolean>;
  /** What waited for a sign-in waits for the line again; whether anything did. */
  signedIn(): Promise<boolean>;
  markSeen(askIds: readonly string[]): Promise<void>;
  removeConversation(conversationId: string, nowMs: number): Promise<Removed>;
  putBack(removed: Removed): Promise<void>;
}

export function openSteering(place: Place): Steering {
  return {
    move: (askId, by) => moveInLine(place, askId, by),
    cancel: (askId, nowMs) => cancelEntry(place, askId, nowMs + UNDO_MS),
    undoCancel: (askId) => undoCancel(place, askId),
    discard: (askId) => removeEntry(place, askId),
    wishToHear: (askId, conversationId) => wishToHear(place, askId, conversationId),
    signedIn: () => awaitLine(place),
    markSeen: (askIds) => markSeen(place, askIds),
    removeConversation: (conversationId, nowMs) => removeConversation(place, conversationId, nowMs + UNDO_MS),
    putBack: (removed) => putBack(place, removed),
  };
}
