import { useSignal } from '@preact/signals';
import { Mark } from '../look/mark.tsx';
import { clockWords } from '../look/words.ts';
import { useModels } from '../app/models.ts';
import { WaitingActions } from '../waiting/waiting-actions.tsx';
import { freshView, isRunning, textOf, type AnswerView, type TurnView } from './answer-view.ts';
import { AnswerText } from './answer-text.tsx';
import { tellOrigin, type Told } from './provenance.ts';

/** A question, what became of it, and where that came from. */
export function Turn({ turn, last }: { turn: TurnView; last: boolean }) {
  const { answer, askedAtMs, prompt } = turn;
  const at = clockWords(askedAtMs);
  return (
    <article class="turn" aria-label={`Ask at ${at}, ${STATE_NAMES[answer.kind](answer)}`}>
      <p class="asked-at">
        <time dateTime={new Date(askedAtMs).toISOString()}>{at}</time>
      </p>
      <p class={`asked ${answer.kind === 'waiting' ? 'waiting' : ''}`}>{prompt}</p>
      {answer.kind === 'waiting' ? <Waits turn={turn} /> : <Answered turn={turn} last={last} />}
    </article>
  );
}

const STATE_NAMES: Record<AnswerView['kind'], (view: AnswerView) => string> = {
  asked: () => 'waiting for the first word',
  arriving: () => 'the answer is arriving',
  resuming: () => 'part of the answer, the rest is coming',
  whole: (view) => (isCarried(view) ? 'answered from this device' : 'answered'),
  partial: () => 'part of the answer',
  failed: () => 'no answer',
  waiting: () => 'waiting to be sent',
  unsent: () => 'not sent',
};

/** Whether the answer comes from this device: only that is drawn with a perforation. */
function isCarried(view: AnswerView): boolean {
  if (view.kind === 'whole') return view.provenance.source === 'saved';
  return view.kind === 'arriving' && view.arrival.source === 'saved';
}

function Answered({ turn, last }: { turn: TurnView; last: boolean }) {
  const { answer } = turn;
  const showFresh = useSignal(false);
  const fresh = answer.kind === 'whole' ? answer.fresh : null;
  const shown = showFresh.value && answer.kind === 'whole' && fresh !== null ? freshView(answer, fresh) : answer;
  const text = textOf(shown);
  const line = (
    <From
      told={tellOrigin(shown)}
      look={isCarried(shown) ? '' : 'line'}
      actions={<Actions turn={turn} last={last} />}
    />
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
        {swap}
      </>
    );
  }
  return (
    <div class="ticket">
      <div class="face">{body}</div>
      <div class="stub">
        {line}
        {swap}
      </div>
    </div>
  );
}

/** The line of words under an answer; the same place from the first moment to the last. */
function From({ told, look, actions }: { told: Told; look: string; actions: preact.ComponentChildren }) {
  return (
    <div class={`from ${look}`}>
      <Mark name={told.mark} look={told.tone} />
      <span>
        <b>{told.what}</b> {told.more}
      </span>
      <span class="buttons">{actions}</span>
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

function Waits({ turn }: { turn: TurnView }) {
  const { outbox, talk } = useModels();
  const edit = (): void => {
    outbox.takeBack(turn.id);
    talk.type(turn.prompt);
    document.getElementById('say')?.focus();
  };
  return (
    <div class="waits">
      <From told={tellOrigin(turn.answer)} look="" actions={null} />
      {turn.answer.kind === 'waiting' && <WaitingActions askId={turn.id} state={turn.answer.state} onEdit={edit} />}
    </div>
  );
}
