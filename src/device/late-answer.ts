import { isWhole, type Answer } from '#shared/answer.ts';
import { AnswerCopy } from '#device/answer-copy.ts';
import { rowOf, savedRowOf, type AskLife } from '#device/ask-life.ts';
import type { Opening } from '#device/opening.ts';
import { addFresh } from '#device/settlement.ts';
import { readWholeAnswer } from '#device/whole-answer.ts';

/** Keeps the live answer that came too late, after the saved one had been given. It makes no second event. Never throws. */
export async function keepLate(life: AskLife, opening: Promise<Opening>): Promise<void> {
  const { device, ask, standing } = life;
  try {
    const answer = await readWhole(life, await opening);
    if (answer === null || !isWhole(answer.finishReason) || standing.place === null) return;
    const keepRow = rowOf(life, { kind: 'open', text: '', resuming: false }) !== null;
    await addFresh(device, standing.place, { askId: ask.id, answer, saved: savedRowOf(life, answer), keepRow });
  } catch {
    // It did not come at all. The person has the saved answer, and nothing else was promised.
  }
}

async function readWhole(life: AskLife, opening: Opening): Promise<Answer | null> {
  if (opening.kind === 'body') return opening.response.ok ? readWholeAnswer(opening.text) : null;
  const copy = new AnswerCopy(life.ask.id);
  for (const { reading } of opening.head) if (reading !== null) copy.add(reading);
  for await (const pieces of opening.rest) {
    for (const { reading } of pieces) if (reading !== null) copy.add(reading);
  }
  return copy.end(opening.response.headers);
}
