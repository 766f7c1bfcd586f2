import type { AskCall } from '../app/api.ts';
import { textOf, type TurnView } from './answer-view.ts';

/**
 * The whole history before a question, as messages. Turns without a word of answer are left out. Of the same question asked
 * several times in a row only the last counts, and none when it is this very question: asked again means asked as before.
 */
export function historyFor(turns: readonly TurnView[], prompt: string): AskCall['messages'] {
  const told = turns.filter(
    (turn, at) => turn.prompt !== (turns[at + 1]?.prompt ?? prompt) && textOf(turn.answer) !== '',
  );
  return [
    ...told.flatMap((turn): AskCall['messages'] => [
      { role: 'user', content: turn.prompt },
      { role: 'assistant', content: textOf(turn.answer) },
    ]),
    { role: 'user', content: prompt },
  ];
}
