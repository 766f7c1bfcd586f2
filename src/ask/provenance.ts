import type { Network } from '#device/rows.ts';
import { isProblemCode, Problem } from '#shared/problem.ts';
import type { AnswerView } from './answer-view.ts';
import { ageWords, clockWords, durationWords, wordCount } from '../look/words.ts';
import type { MarkName } from '../look/mark.tsx';

/** Where an answer came from, in one line: a mark, what, then why or how fast. */
export interface Told {
  mark: MarkName;
  tone: '' | 'live' | 'good' | 'bad' | 'warn';
  what: string;
  more: string;
}

const told = (mark: MarkName, what: string, more = '', tone: Told['tone'] = ''): Told => ({ mark, tone, what, more });

/** The line under an answer, from the first moment to the last. What still waits is told by `waiting/entry-words.ts`. */
export function tellOrigin(view: Exclude<AnswerView, { kind: 'waiting' }>): Told {
  switch (view.kind) {
    case 'asked':
      return told('from-provider', 'Asked.', 'Waiting for the first word.', 'live');
    case 'arriving':
      return tellArriving(view);
    case 'resuming':
      return told(
        'from-part',
        'Part of it.',
        `The line broke after ${wordsSoFar(view.text)}. Picking up where it stopped.`,
      );
    case 'whole':
      return tellWhole(view);
    case 'partial':
      return tellPartial(view);
    case 'failed':
      return tellFailed(view);
    case 'unsent':
      return told('is-idle', 'Not sent.', 'Ask again sends it now.');
    default:
      return view satisfies never;
  }
}

function tellArriving(view: Extract<AnswerView, { kind: 'arriving' }>): Told {
  const { arrival } = view;
  const speed = view.firstWordMs === null ? '' : `First word after ${durationWords(view.firstWordMs)}.`;
  if (arrival.source === 'saved')
    return told(
      'from-device',
      `Saved on this device, ${ageWords(arrival.ageSeconds * 1000)}.`,
      whyNotLive(arrival.network),
    );
  if (arrival.source === 'router-cache')
    return told('from-router', `From the router’s memory, ${ageWords(arrival.ageSeconds * 1000)}.`, speed, 'live');
  const from = arrival.provider === null ? 'Arriving.' : `Arriving from ${arrival.provider}.`;
  return told('from-provider', from, speed, 'live');
}

function tellWhole(view: Extract<AnswerView, { kind: 'whole' }>): Told {
  const { provenance } = view;
  const cut = join(tellCut(view.finishReason), ...provenance.degraded.map((step) => LESS[step] ?? ''));
  const age = ageWords(provenance.age_seconds * 1000);
  if (provenance.source === 'saved')
    return told('from-device', `Saved on this device, ${age}.`, whyNotLive(view.network));
  if (view.waitedMs > 0) {
    const when = view.atMs === null ? 'Arrived' : `Arrived at ${clockWords(view.atMs)}`;
    return told('from-provider', `${when}, after ${durationWords(view.waitedMs)} ${waitedFor(view.network)}.`, cut);
  }
  if (provenance.source === 'router-cache') {
    if (provenance.degraded.includes('stale_answer'))
      return told('from-router', `Old answer, ${age}.`, 'No provider can be reached now.');
    if (provenance.degraded.includes('cached_answer'))
      return told('from-router', `Old answer, ${age}.`, 'A new one would go past a limit.');
    return told('from-router', `From the router’s memory, ${age}.`, join('Costs nothing.', cut));
  }
  const from = provenance.provider ?? provenance.model;
  const live = from === null ? 'Live.' : `Live from ${from}.`;
  if (provenance.continued !== undefined)
    return told(
      'hop',
      live,
      join(`It broke off; ${provenance.continued.provider} wrote the rest.`, speedOf(view), cut),
    );
  if (provenance.hops > 0)
    return told(
      'hop',
      live,
      join(
        `${provenance.hops === 1 ? 'Another provider' : `${provenance.hops} others`} did not answer in time.`,
        speedOf(view),
        cut,
      ),
    );
  return told('from-provider', live, join(speedOf(view), cut));
}

function tellPartial(view: Extract<AnswerView, { kind: 'partial' }>): Told {
  if (view.code === 'cancelled')
    return told('from-part', `Stopped after ${wordsSoFar(view.text)}.`, 'Ask again for the whole.');
  return told('from-part', 'Part of it.', `${view.message} ${hintOf(view.code, view.message)}`.trim(), 'warn');
}

function tellFailed(view: Extract<AnswerView, { kind: 'failed' }>): Told {
  if (view.code === 'cancelled') return told('is-idle', 'Stopped before the first word.', 'Ask again sends it again.');
  if (view.code === 'edited') return told('is-idle', 'Taken back to edit.', view.message);
  const what = FAILED[view.code] ?? 'No answer.';
  return told('is-bad', what, `${view.message} ${hintOf(view.code, view.message)}`.trim(), 'bad');
}

/** What was done in place of a refusal, by the router's name for it. Old answers have words of their own. */
const LESS: Record<string, string> = {
  safeguard: 'Spending is held back.',
  cheaper_model: 'By a cheaper model.',
  truncate_context: 'The oldest turns were left out.',
  bypass: 'The router was bypassed.',
};

/** The first words of a failure; the sentence and what to do follow. */
const FAILED: Record<string, string> = {
  signed_out: 'Signed out.',
  budget_spent: 'Refused: the budget is spent.',
  too_many_asks: 'Refused: too many asks at once.',
  too_large: 'Refused: too long.',
  context_too_long: 'Refused: too long.',
  provider_refused: 'Refused by the provider.',
  providers_down: 'No provider can be reached.',
  offline: 'You are offline.',
  unreachable: 'The router cannot be reached.',
  portal: 'This Wi-Fi wants you to sign in.',
  timeout: 'No answer in time.',
};

/** Why a live answer did not come when it was asked for. In the past tense: the line may be back while these words still stand. */
export function whyNotLive(network: Network): string {
  switch (network) {
    case 'ok':
    case 'not-tried':
      return '';
    case 'offline':
      return 'There was no network.';
    case 'slow':
      return 'The line gave no first word in time.';
    case 'portal':
      return 'The Wi-Fi wanted a sign-in.';
    case 'bad-answer':
      return 'Something that is not the router answered.';
    case 'cut':
      return 'The line broke.';
    case 'router':
      return 'The router is there, but gave no answer.';
    default:
      return network satisfies never;
  }
}

/** In what it waited: `offline`, `on a slow line`. */
export function waitedFor(network: Network): string {
  if (network === 'slow' || network === 'cut') return 'on a slow line';
  if (network === 'router') return 'while no provider answered';
  return network === 'portal' ? 'behind a sign-in page' : 'offline';
}

function tellCut(finishReason: string): string {
  if (finishReason === 'length') return 'Cut at its length limit.';
  return finishReason === 'content_filter' ? 'Cut by the provider’s content filter.' : '';
}

function speedOf({ firstTokenMs, totalMs }: { firstTokenMs: number | null; totalMs: number | null }): string {
  if (firstTokenMs === null) return '';
  const first = `First word after ${durationWords(firstTokenMs)}`;
  return totalMs === null ? `${first}.` : `${first}, whole in ${durationWords(totalMs)}.`;
}

/** What to do, unless the router's own sentence says it already. */
function hintOf(code: string, message: string): string {
  if (!isProblemCode(code)) return code === 'unreachable' ? 'Ask again when the line is back.' : '';
  const { hint } = new Problem(code, message);
  return message.includes(hint) ? '' : hint;
}

function wordsSoFar(text: string): string {
  const count = wordCount(text);
  return count === 1 ? '1 word' : `${count} words`;
}

function join(...sentences: string[]): string {
  return sentences.filter((sentence) => sentence !== '').join(' ');
}
