import { addTurn, readConversation, renameConversation, type NewTurn, type ToldTurn } from '#device/conversations.ts';
import { begunRow, type Sent } from '#device/begun.ts';
import { META_DATABASE, type Place } from '#device/database.ts';
import { keepDraft, readDraft } from '#device/drafts.ts';
import type { DeviceParts } from '#device/parts.ts';
import { sealOldRows } from '#device/old-rows.ts';
import { forgetSaved, putBackSaved } from '#device/saved-answers.ts';
import { openSteering, type Steering } from '../waiting/steering.ts';
import { openVault } from '#device/vault.ts';
import { markKept } from './kept-mark.ts';

export { ownDraft } from './own-draft.ts';

/** What the page itself writes on this device; the worker writes the rest. A lazy chunk: nothing of it is needed to type. */
export interface DeviceStore {
  /** What the person does by hand. */
  steering: Steering;
  /**
   * Writes a turn, where its feature may be kept, after all that was typed before. True when its ask, as it is sent, is kept with it
   * and goes on by itself whatever ends. `draft` says then which draft it was, to go in the same moment; null when others were typed
   * there since.
   */
  addTurn(turn: NewTurn, sent: Sent, draft: () => string | null): Promise<boolean>;
  /** Under which the words of a new conversation in this tab are kept, until it has a question. */
  newDraft: string;
  readConversation(conversationId: string): Promise<ToldTurn[]>;
  /** Gives a conversation another name, for this device only. */
  renameConversation(conversationId: string, title: string): Promise<void>;
  /** What stands typed, once every word given to `keepDraft` so far is written. */
  readDraft(conversationId: string): Promise<string>;
  /** What is returned puts it back. */
  forgetSaved(key: string): Promise<() => Promise<void>>;
  /** Later words never lose to earlier ones: writes go one after the other, and words that were typed over are not written at all. */
  keepDraft(draft: { conversationId: string; text: string; atMs: number }): Promise<void>;
  /** Marks that things are kept here; true when the browser has cleared what was kept before. */
  markKept(): Promise<boolean>;
  /** Seals what an earlier version kept in the clear; true when there was any: then what waits in it can be sent. */
  sealOldRows(): Promise<boolean>;
}

/** What the page needs to keep anything: given where the browser and the address allow it. */
export type StorageDoor = Pick<DeviceParts, 'factory' | 'random' | 'post'> & { subtle: SubtleCrypto };

/** One person's database, with the vault that seals what is kept in it. */
export function placeBehind({ factory, post, subtle, random }: StorageDoor, name: string): Place {
  const meta: Place = { factory, post, name: META_DATABASE, vault: null };
  return { factory, post, name, vault: openVault(name, { meta, subtle, random }) };
}

/** What the policy says of a feature: its own name, and whether its asks may wait here. */
export interface KeptFeature {
  name: string;
  queue: boolean;
}

/** `ruleOf` tells of a feature by its name, the empty one being the default; null when its conversations may not stand here. */
export function openDeviceStore(
  place: Place,
  newDraft: string,
  ruleOf: (feature: string) => KeptFeature | null,
): DeviceStore {
  let last: Promise<void> = Promise.resolve();
  const typed = new Map<string, Parameters<DeviceStore['keepDraft']>[0]>();
  /** One after the other. The chain goes on after a failed write; the failure itself reaches whoever asked for that write. */
  function inOrder(run: () => Promise<void>): Promise<void> {
    const write = last.then(run);
    last = write.catch((failure: unknown) => void failure);
    return write;
  }

  return {
    steering: openSteering(place),
    newDraft,
    // What may not be kept lives in the memory of its tab alone.
    async addTurn(turn, sent, draft) {
      const rule = ruleOf(turn.feature);
      const begun = rule?.queue === true ? begunRow(turn, rule.name, sent) : null;
      await inOrder(async () => {
        const typed = draft();
        if (rule !== null) return addTurn(place, turn, begun, typed);
        if (typed !== null) await keepDraft(place, { conversationId: typed, text: '', atMs: turn.askedAtMs });
      });
      return begun !== null;
    },
    readConversation: (conversationId) => readConversation(place, conversationId),
    renameConversation: (conversationId, title) => renameConversation(place, conversationId, title),
    readDraft: (conversationId) => last.then(() => readDraft(place, conversationId)),
    async forgetSaved(key) {
      const raw = await forgetSaved(place, key);
      return () => putBackSaved(place, key, raw);
    },
    keepDraft(draft) {
      typed.set(draft.conversationId, draft);
      return inOrder(async () => {
        const newest = typed.get(draft.conversationId);
        typed.delete(draft.conversationId);
        if (newest !== undefined) await keepDraft(place, newest);
      });
    },
    markKept: () => markKept(place, document),
    sealOldRows: async () => (await sealOldRows(place)) > 0,
  };
}
