import { isWhole, type Answer } from '#shared/answer.ts';
import { AnswerCopy } from '#device/answer-copy.ts';
import { rowOf, savedRowOf, type AskLife } from '#device/ask-life.ts';
import { noteHeard } from '#device/attempt.ts';
import type { Opening, Unread } from '#device/opening.ts';
import { addFresh } from '#device/settlement.ts';

/**
 * Keeps the live answer that came too late, after the saved one had been given. It makes no second event. Resolves to its headers,
 * to null when the router did not answer. Never throws.
 */
export async function keepLate(life: AskLife, late: Promise<Opening | Unread | null>): Promise<Headers | null> {
  const { device, ask, standing } = life;
  try {
    const opening = await late;
    // There is no line, and it was not even tried.
    if (opening === null || opening.kind === 'unread') return null;
    await noteHeard(life);
    const answer = opening.kind === 'body' ? opening.answer : await readWhole(life, opening);
    if (answer !== null && isWhole(answer.finishReason) && standing.place !== null) {
      const keepRow = rowOf(life, { kind: 'open', text: '', resuming: false }) !== null;
      await addFresh(device, standing.place, { askId: ask.id, answer, saved: savedRowOf(life, answer), keepRow });
    }
    return opening.response.headers;
  } catch {
    // It did not come at all. The person has the saved answer, and nothing else was promised.
    return null;
  }
}

async function readWhole(life: AskLife, opening: Extract<Opening, { kind: 'stream' }>): Promise<Answer | null> {
  const copy = new AnswerCopy(life.ask.id);
  for (const { reading } of opening.head) if (reading !== null) copy.add(reading);
  for await (const pieces of opening.rest) {
    for (const { reading } of pieces) if (reading !== null) copy.add(reading);
  }
  return copy.end(opening.response.headers);
}
