import { read, write, type Place } from '#device/database.ts';
import { openRow, sealRow } from '#device/sealed-rows.ts';

/** Most drafts kept; the one longest untouched goes first. */
const DRAFTS_KEPT = 100;

/** What stands typed and unsent in a conversation; empty when nothing does. */
export async function readDraft(place: Place, conversationId: string): Promise<string> {
  const raw: unknown = await read(place, ['drafts'], (tx) => tx.objectStore('drafts').get(conversationId));
  return (await openRow(place, 'drafts', raw))?.text ?? '';
}

/** Keeps what is typed; blank text removes the draft. */
export async function keepDraft(
  place: Place,
  { conversationId, text, atMs }: { conversationId: string; text: string; atMs: number },
): Promise<void> {
  const stored =
    text.trim() === '' ? null : await sealRow(place, 'drafts', { conversationId, text, updatedAtMs: atMs });
  await write(place, ['drafts'], async (tx) => {
    const drafts = tx.objectStore('drafts');
    if (stored === null) return drafts.delete(conversationId);
    await drafts.put(stored);
    const surplus = (await drafts.count()) - DRAFTS_KEPT;
    if (surplus <= 0) return;
    for (const key of await drafts.index('updatedAtMs').getAllKeys(null, surplus)) await drafts.delete(key);
  });
}
