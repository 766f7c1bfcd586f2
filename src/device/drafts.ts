import { read, write, type Place } from '#device/database.ts';
import { draftRowSchema, readRow } from '#device/rows.ts';

/** Most drafts kept; the one longest untouched goes first. */
const DRAFTS_KEPT = 100;

/** What stands typed and unsent in a conversation; empty when nothing does. */
export function readDraft(place: Place, conversationId: string): Promise<string> {
  return read(
    place,
    ['drafts'],
    async (tx) => readRow(draftRowSchema, await tx.objectStore('drafts').get(conversationId))?.text ?? '',
  );
}

/** Keeps what is typed; blank text removes the draft. */
export function keepDraft(place: Place, draft: { conversationId: string; text: string; atMs: number }): Promise<void> {
  return write(place, ['drafts'], async (tx) => {
    const drafts = tx.objectStore('drafts');
    if (draft.text.trim() === '') return drafts.delete(draft.conversationId);
    await drafts.put({ conversationId: draft.conversationId, text: draft.text, updatedAtMs: draft.atMs });
    const surplus = (await drafts.count()) - DRAFTS_KEPT;
    if (surplus <= 0) return;
    for (const key of await drafts.index('updatedAtMs').getAllKeys(null, surplus)) await drafts.delete(key);
  });
}
