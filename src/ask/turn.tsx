import { lazy } from 'preact-iso';
import { useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { Mark } from '../look/mark.tsx';
import { clockWords } from '../look/words.ts';
import { LineSignIn } from '../app/line-sign-in.tsx';
import { useModels } from '../app/models.ts';
import { Suspense } from '../app/suspense.tsx';
import { freshView, isRunning, textOf, type AnswerView, type TurnView } from './answer-view.ts';
import { AnswerText } from './answer-text.tsx';
import { From } from './from.tsx';
import { tellOrigin } from './provenance.ts';
import { lacksAnswer } from './stand-ins.ts';

// Needed only in some turns.
const Waits = lazy(() => import('../waiting/waits.tsx').then((module) => module.Waits));
const WhatHappened = lazy(() => import('./what-happened.tsx').then((module) => module.WhatHappened));
const Offers = lazy(() => import('./offers.tsx').then((module) => module.Offers));

type AnyAnswer = Exclude<AnswerView, { kind: 'waiting' }>;

/** A question, what became of it, and where that came from. */
export function Turn({ turn, last }: { turn: TurnView; last: boolean }) {
  const { answer, askedAtMs, prompt } = turn;
  const at = clockWords(askedAtMs);
  const { standIns } = useModels();
  // What stands in for a missing answer is not taken away when the answer comes: it folds below it.
  const offers = useRef(false);
  offers.current ||=
    (lacksAnswer(answer) && (last || answer.kind === 'waiting')) ||
    standIns.onDevice?.answers?.all.peek().has(turn.id) === true;
  return (
    <article class="turn" aria-label={`Ask at ${at}, ${STATE_NAMES[answer.kind](answer)}`}>
      <p class="asked-at">
        <time dateTime={new Date(askedAtMs).toISOString()}>{at}</time>
      </p>
      <Asked prompt={prompt} waiting={answer.kind === 'waiting'} />
      {answer.kind === 'waiting' ? (
        <Suspense>
          <Waits askId={turn.id} question={prompt} entry={answer.entry} />
        </Suspense>
      ) : (
        <Answered turn={turn} answer={answer} last={last} />
      )}
      {offers.current && (
        <Suspense>
          <Offers turn={turn} />
        </Suspense>
      )}
    </article>
  );
}

/** Questions longer than this, in characters or lines, stand cut until somebody wants all of them. */
const LONG_CHARS = 900;
const LONG_LINES = 12;

function Asked({ prompt, waiting }: { prompt: string; waiting: boolean }) {
  const all = useSignal(false);
  const long = prompt.length > LONG_CHARS || prompt.split('\n').length > LONG_LINES;
  return (
    <div class={`asked ${waiting ? 'waiting' : ''}`}>
      <p class={long && !all.value ? 'cut-short' : ''}>{prompt}</p>
      {long && (
        <button class="button plain" type="button" aria-expanded={all.value} onClick={() => (all.value = !all.value)}>
          {all.value ? 'Show less' : 'Show all'}
        </button>
      )}
    </div>
  );
}

const STATE_NAMES: Record<AnswerView['kind'], (view: AnswerView) => string> = {
  asked: () => 'waiting for the first word',
  arriving: () => 'the answer is arriving',
  resuming: () => 'part of the answer, the rest is coming',
  whole: (view) => (isCarried(view) ? 'answered from this device' : 'answered'),
  partial: () => 'part of the answer',
  failed: () => 'no answer',
  waiting: (view) =>
    view.kind === 'waiting' && view.entry.kind !== 'queued'
      ? view.entry.kind.replaceAll('-', ' ')
      : 'waiting to be sent',
  unsent: () => 'not sent',
};

/** Whether the answer comes from this device: only that is drawn with a perforation. */
function isCarried(view: AnswerView): boolean {
  if (view.kind === 'whole') return view.provenance.source === 'saved';
  return view.kind === 'arriving' && view.arrival.source === 'saved';
}

function Answered({ turn, answer, last }: { turn: TurnView; answer: AnyAnswer; last: boolean }) {
  const showFresh = useSignal(false);
  const happened = useSignal(false);
  const ended = answer.kind === 'whole' || answer.kind === 'partial' || answer.kind === 'failed' ? answer : null;
  const fresh = answer.kind === 'whole' ? answer.fresh : null;
  const shown = showFresh.value && answer.kind === 'whole' && fresh !== null ? freshView(answer, fresh) : answer;
  const text = textOf(shown);
  const line = (
    <From
      told={tellOrigin(shown)}
      look={isCarried(shown) ? '' : 'line'}
      actions={
        <>
          {ended !== null && (
            <button
              class="button plain quiet"
              type="button"
              aria-expanded={happened.value}
              aria-controls={`happened-${turn.id}`}
              onClick={() => (happened.value = !happened.value)}
            >
              What happened
            </button>
          )}
          <Actions turn={turn} last={last} />
        </>
      }
    />
  );
  const way = happened.value && ended !== null && (
    <Suspense>
      <WhatHappened id={`happened-${turn.id}`} timeline={turn.timeline} answer={ended} />
    </Suspense>
  );
  const body = <AnswerText text={text} running={isRunning(answer)} />;
  const swap = fresh !== null && (
    <p class="fresh">
      <button class="button plain" type="button" onClick={() => (showFresh.value = !showFresh.value)}>
        {showFresh.value ? 'Show the saved answer' : 'Show the fresh answer'}
      </button>
      <span class="beside">made at {clockWords(fresh.createdSeconds * 1000)}</span>
    </p>
  );
  // Only what comes from this device is drawn as a ticket: a fresh answer that is shown is none.
  if (!isCarried(shown)) {
    return (
      <>
        {(text !== '' || isRunning(answer)) && body}
        {line}
        {last && answer.kind === 'failed' && answer.code === 'portal' && <LineSignIn />}
        {swap}
        {way}
      </>
    );
  }
  return (
    <div class="ticket">
      <div class="face">{body}</div>
      <div class="stub">
        {line}
        {swap}
        {way}
      </div>
    </div>
  );
}

function Actions({ turn, last }: { turn: TurnView; last: boolean }) {
  const { talk } = useModels();
  if (isRunning(turn.answer)) {
    return (
      <button class="button plain quiet" type="button" onClick={() => talk.stop(turn)}>
        <Mark name="stop" look="small" />
        Stop
      </button>
    );
  }
  if (!last) return null;
  return (
    <button class="button plain quiet" type="button" onClick={() => void talk.askAgain(turn)}>
      <Mark name="again" look="small" />
      Ask again
    </button>
  );
}
