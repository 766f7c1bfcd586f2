import type { Answer, Provenance } from '#shared/answer.ts';
import type { ToldTurn } from '#device/conversations.ts';
import type { AnswerRow, Network, Step, TurnRow } from '#device/rows.ts';
import type { TakenBack } from '../app/outbox.ts';
import { entryOf, type Entry } from '../waiting/entry.ts';

/** What the headers of an answer said before its first word. */
export interface Arrival {
  source: 'provider' | 'router-cache' | 'saved';
  provider: string | null;
  model: string | null;
  /** Seconds since a provider gave it. */
  ageSeconds: number;
  hops: number;
  /** Why it is not live; `ok` when it is. */
  network: Network;
}

/** One ask as a person sees it: exactly one of these at any moment. */
export type AnswerView =
  /** Sent; no word yet. */
  | { kind: 'asked' }
  | { kind: 'arriving'; text: string; arrival: Arrival; firstWordMs: number | null }
  | { kind: 'resuming'; text: string }
  | {
      kind: 'whole';
      text: string;
      finishReason: Answer['finishReason'];
      provenance: Provenance;
      network: Network;
      waitedMs: number;
      firstTokenMs: number | null;
      totalMs: number | null;
      /** When it was written on this device; null while only this tab has it. */
      atMs: number | null;
      /** The live answer that came after a saved one; null also when it says the very same. */
      fresh: Answer | null;
    }
  | { kind: 'partial'; text: string; code: string; message: string }
  | { kind: 'failed'; code: string; message: string }
  /** In the outbox. */
  | { kind: 'waiting'; entry: Entry }
  /** Written, but neither sent nor waiting: it was cancelled, or the page died before it went out. */
  | { kind: 'unsent' };

/** A question with what became of it. */
export interface TurnView {
  id: string;
  prompt: string;
  feature: string;
  askedAtMs: number;
  answer: AnswerView;
  /** What happened to it on this device, in order; null while nothing is noted. */
  timeline: readonly Step[] | null;
}

/** What this tab knows of an ask that it sent itself. `over` once its stream has ended. */
export interface LiveAsk {
  turn: TurnRow;
  view: AnswerView;
  over: boolean;
}

/** What is known of the outbox beside a turn's own row. */
export interface Queue {
  /** Ids in the order of sending. */
  line: readonly string[];
  /** What was taken back in this tab, and why. */
  cancelled: ReadonlyMap<string, TakenBack>;
  /** Ids that stand in the outbox, or stood there since this page was opened. */
  held: ReadonlySet<string>;
}

/** Joins what is stored with what streams in this tab. While a stream runs, the tab knows better; afterwards the device does. */
export function joinTurn(told: ToldTurn | null, live: LiveAsk | null, queue: Queue): TurnView | null {
  const turn = told?.turn ?? live?.turn;
  if (turn === undefined) return null;
  const { id, prompt, feature, askedAtMs } = turn;
  const timeline = told?.answer?.timeline ?? null;
  return { id, prompt, feature, askedAtMs, answer: joinAnswer(told, live, queue), timeline };
}

function joinAnswer(told: ToldTurn | null, live: LiveAsk | null, { line, cancelled, held }: Queue): AnswerView {
  const stored = told === null ? null : storedView(told, line);
  const id = told?.turn.id ?? live?.turn.id ?? '';
  const takenBack = cancelled.get(id);
  if (takenBack !== undefined && stored?.kind !== 'whole' && stored?.kind !== 'partial') return TAKEN_BACK[takenBack];
  if (live === null) return stored ?? { kind: 'unsent' };
  if (!live.over) {
    if (stored?.kind === 'resuming' && live.view.kind === 'arriving') return { kind: 'resuming', text: live.view.text };
    return live.view;
  }
  // An answer still open in the database is one this tab has already seen the end of.
  // But one that waits is read by somebody else, and one that waits no more may have been taken back in another tab.
  if (stored === null) return live.view;
  if (live.view.kind === 'waiting') return stored.kind !== 'unsent' || held.has(id) ? stored : live.view;
  const settled = stored.kind !== 'arriving' && stored.kind !== 'resuming' && stored.kind !== 'unsent';
  return settled ? stored : live.view;
}

function storedView({ answer, waiting }: ToldTurn, line: readonly string[]): AnswerView {
  const entry = waiting === null ? null : entryOf(waiting, answer, line);
  if (entry?.kind === 'cancelled') return CANCELLED;
  // What has come of one that is being sent can be read already.
  const begun = answer?.state.kind === 'open' && answer.state.text !== '' && waiting?.state.kind === 'sending';
  if (entry !== null && entry.kind !== 'answered' && answer?.state.kind !== 'whole' && !begun)
    return { kind: 'waiting', entry };
  return answer === null ? { kind: 'unsent' } : rowView(answer);
}

function rowView(row: AnswerRow): AnswerView {
  const { state } = row;
  switch (state.kind) {
    case 'open':
      return state.resuming
        ? { kind: 'resuming', text: state.text }
        : { kind: 'arriving', text: state.text, arrival: unknownArrival, firstWordMs: null };
    case 'partial':
      return { kind: 'partial', text: state.text, code: state.code, message: state.message };
    case 'problem':
      return { kind: 'failed', code: state.code, message: state.message };
    case 'whole': {
      const { answer, network, waitedMs, firstTokenMs, totalMs, fresh } = state;
      const { text, finishReason, provenance } = answer;
      return {
        kind: 'whole',
        text,
        finishReason,
        provenance,
        network,
        waitedMs,
        firstTokenMs,
        totalMs,
        atMs: row.updatedAtMs,
        fresh: fresh?.text === text ? null : fresh,
      };
    }
    default:
      return state satisfies never;
  }
}

const unknownArrival: Arrival = {
  source: 'provider',
  provider: null,
  model: null,
  ageSeconds: 0,
  hops: 0,
  network: 'ok',
};

const CANCELLED: AnswerView = { kind: 'failed', code: 'cancelled', message: 'You cancelled it before it was sent.' };
const TAKEN_BACK: Record<TakenBack, AnswerView> = {
  stopped: CANCELLED,
  'edited-unsent': { kind: 'failed', code: 'edited', message: 'It was not sent.' },
  edited: { kind: 'failed', code: 'edited', message: 'It has no answer.' },
};

/** The late answer of an ask that a saved one answered, seen as what it is: live, with its own provenance. */
export function freshView(view: Extract<AnswerView, { kind: 'whole' }>, fresh: Answer): typeof view {
  const { text, finishReason, provenance } = fresh;
  return {
    ...view,
    text,
    finishReason,
    provenance,
    network: 'ok',
    waitedMs: 0,
    firstTokenMs: null,
    totalMs: null,
    fresh: null,
  };
}

/** The text there is so far; empty when there is none. */
export function textOf(view: AnswerView): string {
  return 'text' in view ? view.text : '';
}

/** Whether anything more will come without the person's doing. */
export function isRunning(view: AnswerView): boolean {
  return view.kind === 'asked' || view.kind === 'arriving' || view.kind === 'resuming';
}
