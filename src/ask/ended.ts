import type { Evidence } from '#shared/line.ts';
import type { AnswerView } from './answer-view.ts';

/** An answer that the person stopped, with as much of it as there is. */
export function stopped(view: AnswerView): AnswerView {
  const message = 'You stopped it.';
  return 'text' in view && view.text !== ''
    ? { kind: 'partial', text: view.text, code: 'cancelled', message }
    : { kind: 'failed', code: 'cancelled', message };
}

/** What the end of an ask shows of the line. */
export function evidenceOf(view: AnswerView, at_ms: number): Evidence {
  if (view.kind === 'whole') return { at_ms, outcome: 'answered', first_token_ms: view.firstTokenMs };
  if (view.kind === 'partial')
    return { at_ms, outcome: view.code === 'cancelled' ? 'answered' : 'cut', first_token_ms: null };
  const code = view.kind === 'failed' ? view.code : '';
  const outcome =
    code === 'unreachable'
      ? 'offline'
      : code === 'portal'
        ? 'portal'
        : code === 'bad_answer'
          ? 'bad-answer'
          : 'answered';
  return { at_ms, outcome, first_token_ms: null };
}

/** What a screen reader is told of it. */
export function newsOf(view: AnswerView): string {
  switch (view.kind) {
    case 'whole':
      return 'The answer is there.';
    case 'partial':
      return 'Part of the answer is there.';
    case 'waiting':
      return 'The question waits to be sent.';
    default:
      return 'There is no answer.';
  }
}
