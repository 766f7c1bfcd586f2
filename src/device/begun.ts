import type { NewTurn } from '#device/conversations.ts';
import type { AnswerRow } from '#device/rows.ts';

/** An ask of the page as it is about to be sent. */
export interface Sent {
  path: string;
  /** The JSON body, as it goes out. */
  body: string;
}

/**
 * The answer to a question that is about to be sent, before its first word, with what to send should whoever sends it be lost. The
 * worker writes its own in this place as soon as it has heard of it. `feature` is the name that the policy has for it.
 */
export function begunRow({ id, prompt, askedAtMs }: NewTurn, feature: string, { path, body }: Sent): AnswerRow {
  return {
    askId: id,
    feature,
    askedAtMs,
    updatedAtMs: askedAtMs,
    state: { kind: 'open', text: '', resuming: false },
    resend: {
      askId: id,
      key: id,
      path,
      body,
      feature,
      question: prompt,
      askedAtMs,
      queuedAtMs: askedAtMs,
      network: 'cut',
      simulated: false,
      notBeforeMs: 0,
      tries: 0,
      order: askedAtMs,
      state: { kind: 'queued' },
    },
  };
}
