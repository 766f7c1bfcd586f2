import { addTurn, conversationOf, readConversation, type NewTurn, type ToldTurn } from '#device/conversations.ts';
import type { Place } from '#device/database.ts';
import { keepDraft, readDraft } from '#device/drafts.ts';
import { forgetSaved } from '#device/saved-answers.ts';

/** What the page itself writes on this device; the worker writes the rest. A lazy chunk: nothing of it is needed to type. */
export interface DeviceStore {
  addTurn(turn: NewTurn): Promise<void>;
  readConversation(conversationId: string): Promise<ToldTurn[]>;
  conversationOf(askId: string): Promise<string | null>;
  readDraft(conversationId: string): Promise<string>;
  /** Later words never lose to earlier ones: writes go one after the other. */
  forgetSaved(key: string): Promise<void>;
  keepDraft(draft: { conversationId: string; text: string; atMs: number }): Promise<void>;
}

export function openDeviceStore(place: Place): DeviceStore {
  let last: Promise<void> = Promise.resolve();
  return {
    addTurn: (turn) => addTurn(place, turn),
    readConversation: (conversationId) => readConversation(place, conversationId),
    conversationOf: (askId) => conversationOf(place, askId),
    readDraft: (conversationId) => readDraft(place, conversationId),
    forgetSaved: (key) => forgetSaved(place, key),
    keepDraft(draft) {
      const write = last.then(() => keepDraft(place, draft));
      // The chain goes on after a failed write; the failure itself reaches whoever asked for that write.
      last = write.catch((failure: unknown) => void failure);
      return write;
    },
  };
}
