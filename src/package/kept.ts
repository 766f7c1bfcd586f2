import { writeCompletion } from '#shared/chat-wire.ts';
import { addTurn, readConversation, type ToldTurn } from '#device/conversations.ts';
import { read, write, type Place } from '#device/database.ts';
import { answerHeadSchema, readRow } from '#device/rows.ts';
import type { KeptAsk } from './page-api.ts';

/** An app of its own has its own conversations. Here all that is kept for it stands in one. */
const CONVERSATION = 'kept';

/** Most asks that are kept; of those that are over the oldest go first. */
const MOST_KEPT = 200;

/** Notes what is asked, so that what comes of it is kept should nobody be there to take it. */
export function beginKept(place: Place, ask: { id: string; question: string; atMs: number }): Promise<void> {
  return addTurn(place, {
    id: ask.id,
    conversationId: CONVERSATION,
    prompt: ask.question,
    feature: 'default',
    askedAtMs: ask.atMs,
  });
}

/** The answer is out: it stays only where it waits, was cut, or came after it waited. */
export async function endKept(place: Place, id: string): Promise<void> {
  const stays = await read(place, ['answers', 'outbox'], async (tx) => {
    const head = readRow(answerHeadSchema, await tx.objectStore('answers').get(id));
    const waits = (await tx.objectStore('outbox').getKey(id)) !== undefined;
    return waits || head?.state.kind === 'partial' || head?.state.kind === 'open';
  });
  if (!stays) return forgetKept(place, id);
  const turns = await readConversation(place, CONVERSATION);
  const over = turns.filter(({ waiting }) => waiting === null || isOver(waiting.state.kind));
  const surplus = Math.max(0, turns.length - MOST_KEPT);
  for (const { turn } of over.slice(0, surplus)) await forgetKept(place, turn.id);
}

/** Forgets an ask and what came of it. One that still waits is taken out of the line too. */
export function forgetKept(place: Place, id: string): Promise<void> {
  return write(place, ['turns', 'answers', 'outbox'], async (tx) => {
    await tx.objectStore('turns').delete(id);
    await tx.objectStore('answers').delete(id);
    await tx.objectStore('outbox').delete(id);
  });
}

/** What waits and what has come of it, oldest first. What is just being answered is not among it. */
export async function listKept(place: Place, isRunning: (id: string) => boolean): Promise<KeptAsk[]> {
  const turns = await readConversation(place, CONVERSATION);
  return turns.flatMap((told) => {
    const kept = keptOf(told);
    return kept === null || (told.waiting === null && isRunning(kept.id)) ? [] : [kept];
  });
}

function isOver(kind: string): boolean {
  return ['answered', 'refused', 'expired'].includes(kind);
}

function keptOf({ turn, answer, waiting }: ToldTurn): KeptAsk | null {
  const base = { id: turn.id, question: turn.prompt, askedAtMs: turn.askedAtMs };
  const came = answer?.state;
  const text =
    came === undefined || came.kind === 'problem' ? '' : came.kind === 'whole' ? came.answer.text : came.text;
  if (waiting !== null && waiting.state.kind !== 'answered') {
    const { state } = waiting;
    if (state.kind === 'cancelled') return null;
    return {
      ...base,
      state: state.kind,
      text,
      reason: state.kind === 'refused' ? state.message : null,
      completion: null,
    };
  }
  // What did not wait had somebody to take it, but for the part of an answer that broke off.
  if (came === undefined || came.kind === 'open' || (waiting === null && came.kind !== 'partial')) return null;
  if (came.kind !== 'whole') return { ...base, state: 'partial', text, reason: came.message, completion: null };
  const { layover: _provenance, ...completion } = writeCompletion(came.answer);
  return { ...base, state: 'answered', text, reason: null, completion };
}
