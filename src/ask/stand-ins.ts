import type { OnDevice } from '../on-device/on-device.ts';
import type { SimilarQuestions } from '../similar/similar-questions.ts';
import type { AnswerView } from './answer-view.ts';

/** What is offered where an answer is missing. Its parts are loaded and made with the first missing one. */
export interface StandIns {
  /** What the browser has under `LanguageModel`, as it was found. */
  readonly languageModel: unknown;
  onDevice: OnDevice | null;
  similar: SimilarQuestions | null;
}

/** Failures for want of a line or of anybody behind it: asked as it was, the ask could still be answered. */
const NOBODY_ANSWERED = new Set(['offline', 'unreachable', 'portal', 'timeout', 'providers_down']);

/** Whether this has no answer because nobody could give one: it waits to be sent, or nothing could be reached. */
export function lacksAnswer(view: AnswerView): boolean {
  if (view.kind === 'waiting') return ['queued', 'sending', 'needs-sign-in', 'expired'].includes(view.entry.kind);
  return view.kind === 'failed' && NOBODY_ANSWERED.has(view.code);
}
