import { read, write, type Place } from '#device/database.ts';
import {
  answerRowSchema,
  conversationRowSchema,
  outboxRowSchema,
  readRow,
  readRows,
  turnRowSchema,
  type AnswerRow,
  type ConversationRow,
  type OutboxRow,
  type TurnRow,
} from '#device/rows.ts';

/** Longest title made from a question, in characters. */
const TITLE_CHARS = 80;

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

/** Writes a turn, and its conversation if it is the first; done before the ask is sent, so that nothing typed is lost. */
export function addTurn(place: Place, turn: NewTurn): Promise<void> {
  return write(place, ['conversations', 'turns'], async (tx) => {
    const conversations = tx.objectStore('conversations');
    const known = readRow(conversationRowSchema, await conversations.get(turn.conversationId));
    const position = await tx.objectStore('turns').index('conversationId').count(turn.conversationId);
    await tx.objectStore('turns').put({ ...turn, position } satisfies TurnRow);
    await conversations.put({
      id: turn.conversationId,
      title: known?.title ?? titleOf(turn.prompt),
      feature: turn.feature,
      createdAtMs: known?.createdAtMs ?? turn.askedAtMs,
      updatedAtMs: turn.askedAtMs,
    } satisfies ConversationRow);
  });
}

/** The conversations last spoken in, newest first; at most `limit`. */
export function listConversations(place: Place, limit = 200): Promise<ConversationRow[]> {
  return read(place, ['conversations'], async (tx) => {
    const rows: unknown[] = [];
    let cursor = await tx.objectStore('conversations').index('updatedAtMs').openCursor(null, 'prev');
    while (cursor !== null && rows.length < limit) {
      rows.push(cursor.value);
      cursor = await cursor.continue();
    }
    return readRows(conversationRowSchema, rows);
  });
}

/** A conversation's turns in order, each with what became of it. Empty for a conversation that does not exist. */
export function readConversation(place: Place, conversationId: string): Promise<ToldTurn[]> {
  return read(place, ['turns', 'answers', 'outbox'], async (tx) => {
    const raw: unknown[] = await tx.objectStore('turns').index('conversationId').getAll(conversationId);
    const turns = readRows(turnRowSchema, raw).sort((a, b) => a.position - b.position || a.askedAtMs - b.askedAtMs);
    return Promise.all(
      turns.map(async (turn) => ({
        turn,
        answer: readRow(answerRowSchema, await tx.objectStore('answers').get(turn.id)),
        waiting: readRow(outboxRowSchema, await tx.objectStore('outbox').get(turn.id)),
      })),
    );
  });
}

/** The conversation that an ask belongs to; null when it belongs to none that is kept here. */
export function conversationOf(place: Place, askId: string): Promise<string | null> {
  return read(place, ['turns'], async (tx) => {
    const turn = readRow(turnRowSchema, await tx.objectStore('turns').get(askId));
    return turn?.conversationId ?? null;
  });
}

/** Removes a conversation with its turns, answers, waiting asks and draft. */
export function removeConversation(place: Place, conversationId: string): Promise<void> {
  return write(place, ['conversations', 'turns', 'answers', 'outbox', 'drafts'], async (tx) => {
    const ids = await tx.objectStore('turns').index('conversationId').getAllKeys(conversationId);
    for (const id of ids) {
      await Promise.all((['turns', 'answers', 'outbox'] as const).map((store) => tx.objectStore(store).delete(id)));
    }
    await tx.objectStore('conversations').delete(conversationId);
    await tx.objectStore('drafts').delete(conversationId);
  });
}

function titleOf(prompt: string): string {
  const points = Array.from(prompt.replaceAll(/\s+/g, ' ').trim());
  return points.length <= TITLE_CHARS ? points.join('') : `${points.slice(0, TITLE_CHARS - 1).join('')}…`;
}
