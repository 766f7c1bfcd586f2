import { listConversations, readConversation } from '#device/conversations.ts';
import type { Place } from '#device/database.ts';
import { MAX_PROMPT_CHARS } from '#device/pack.ts';
import type { Wish } from './pack-list.ts';

/** Conversations that are looked through, the last ones first. */
const LOOKED_THROUGH = 40;

/** What was asked first in the last conversations. A later question leans on what was said before it, and cannot stand alone. */
export async function listFirstPrompts(place: Place): Promise<Wish[]> {
  const conversations = await listConversations(place, LOOKED_THROUGH);
  const first = await Promise.all(
    conversations.map(async ({ id }) => (await readConversation(place, id))[0]?.turn ?? null),
  );
  const seen = new Set<string>();
  return first.flatMap((turn) => {
    if (turn === null || turn.prompt.length > MAX_PROMPT_CHARS || seen.has(turn.prompt)) return [];
    seen.add(turn.prompt);
    return [{ feature: turn.feature === '' ? null : turn.feature, prompt: turn.prompt }];
  });
}
