import { read, write, type Place } from '#device/database.ts';
import {
  readRow,
  sealedRowSchema,
  type AnswerRow,
  type ConversationRow,
  type OutboxRow,
  type TurnRow,
} from '#device/rows.ts';
import { openRow, openRows, sealRow } from '#device/sealed-rows.ts';

/** Longest title, in characters; what is longer is cut. */
export const MAX_TITLE_CHARS = 80;

/** One question with what became of it: an answer, a place in the outbox, or nothing yet. */
export interface ToldTurn {
  turn: TurnRow;
  answer: AnswerRow | null;
  waiting: OutboxRow | null;
}

export interface NewTurn {
  /** The ask's id. */
  id: string;
  conversationId: string;
  prompt: string;
  feature: string;
  askedAtMs: number;
}

/**
 * Writes a turn, and its conversation if it is the first; done before the ask is sent, so that nothing typed is lost. `begun` is its
 * answer before the first word: with it the ask goes on though page and worker end before either has sent it. `draft` is the one that
 * it was until now, by its conversation: it goes in the same moment.
 */
export async function addTurn(
  place: Place,
  turn: NewTurn,
  begun: AnswerRow | null = null,
  draft: string | null = null,
): Promise<void> {
  const { id, conversationId, feature, askedAtMs } = turn;
  const answer = begun === null ? null : await sealRow(place, 'answers', begun);
  const stored = await sealRow(place, 'turns', { ...turn, position: 0 });
  const first = await sealRow(place, 'conversations', {
    id: conversationId,
    title: titleOf(turn.prompt),
    feature,
    createdAtMs: askedAtMs,
    updatedAtMs: askedAtMs,
  });
  await write(place, ['answers', 'conversations', 'drafts', 'turns'], async (tx) => {
    const conversations = tx.objectStore('conversations');
    const turns = tx.objectStore('turns');
    if (answer !== null) await tx.objectStore('answers').put(answer);
    const known = readRow(sealedRowSchema, await conversations.get(conversationId));
    const position = await turns.index('conversationId').count(conversationId);
    await turns.put({ ...stored, id, position });
    await conversations.put({ ...(known ?? first), updatedAtMs: askedAtMs });
    if (draft !== null) await tx.objectStore('drafts').delete(draft);
  });
}

/** The conversations last spoken in, newest first; at most `limit`. */
export async function listConversations(place: Place, limit = 200): Promise<ConversationRow[]> {
  const raws = await read(place, ['conversations'], async (tx) => {
    const rows: unknown[] = [];
    let cursor = await tx.objectStore('conversations').index('updatedAtMs').openCursor(null, 'prev');
    while (cursor !== null && rows.length < limit) {
      rows.push(cursor.value);
      cursor = await cursor.continue();
    }
    return rows;
  });
  return openRows(place, 'conversations', raws);
}

/** A conversation's turns in order, each with what became of it. Empty for a conversation that does not exist. */
export async function readConversation(place: Place, conversationId: string): Promise<ToldTurn[]> {
  const raws = await read(place, ['turns', 'answers', 'outbox'], async (tx) => {
    const turns = tx.objectStore('turns').index('conversationId');
    const rows: unknown[] = await turns.getAll(conversationId);
    const ids = await turns.getAllKeys(conversationId);
    return Promise.all(
      ids.map(async (id, at): Promise<RawTurn> => {
        const answer: unknown = await tx.objectStore('answers').get(id);
        return { turn: rows[at], answer, waiting: await tx.objectStore('outbox').get(id) };
      }),
    );
  });
  return openTurns(place, raws);
}

/** The rows of one turn as they stand on the disk. */
export interface RawTurn {
  turn: unknown;
  answer: unknown;
  waiting: unknown;
}

/** Opens the turns of a conversation and puts them in order; one that cannot be opened is left out. */
export async function openTurns(place: Place, raws: readonly RawTurn[]): Promise<ToldTurn[]> {
  const told = await Promise.all(
    raws.map(async (raw) => {
      const turn = await openRow(place, 'turns', raw.turn);
      if (turn === null) return null;
      const [answer, waiting] = await Promise.all([
        openRow(place, 'answers', raw.answer),
        openRow(place, 'outbox', raw.waiting),
      ]);
      return { turn, answer, waiting };
    }),
  );
  return told
    .filter((turn) => turn !== null)
    .sort((a, b) => a.turn.position - b.turn.position || a.turn.askedAtMs - b.turn.askedAtMs);
}

/** Gives a conversation another name, for this device only. Nothing happens when it is gone. */
export async function renameConversation(place: Place, conversationId: string, title: string): Promise<void> {
  const raw: unknown = await read(place, ['conversations'], (tx) =>
    tx.objectStore('conversations').get(conversationId),
  );
  const row = await openRow(place, 'conversations', raw);
  if (row === null) return;
  const stored = await sealRow(place, 'conversations', { ...row, title: titleOf(title) });
  await write(place, ['conversations'], async (tx) => {
    const known = readRow(sealedRowSchema, await tx.objectStore('conversations').get(conversationId));
    // Somebody may have spoken in it meanwhile.
    if (known !== null) await tx.objectStore('conversations').put({ ...stored, updatedAtMs: known['updatedAtMs'] });
  });
}

function titleOf(prompt: string): string {
  const points = Array.from(prompt.replaceAll(/\s+/g, ' ').trim());
  return points.length <= MAX_TITLE_CHARS ? points.join('') : `${points.slice(0, MAX_TITLE_CHARS - 1).join('')}…`;
}
