import { useEffect } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import { AnswerText } from '../ask/answer-text.tsx';
import type { TurnView } from '../ask/answer-view.ts';
import { From } from '../ask/from.tsx';
import { historyFor } from '../ask/history.ts';
import type { Told } from '../ask/provenance.ts';
import { Mark } from '../look/mark.tsx';
import type { Said } from './browser-model.ts';
import type { DeviceAnswer } from './device-answers.ts';
import { onDeviceOf } from './on-device.ts';

/**
 * Under an ask without an answer: the offer to have this device write one, and what it wrote. Once the ask has its own answer, what
 * this device wrote folds below it; it never takes that place.
 */
export function OnDeviceAnswer({ turn, lacks }: { turn: TurnView; lacks: boolean }) {
  const { clock, standIns, talk } = useModels();
  const { preparation, answers } = onDeviceOf(standIns, clock);
  useEffect(() => void preparation.look(), [preparation]);
  const answer = answers?.all.value.get(turn.id) ?? null;
  const write = (): void => {
    const turns = talk.turns.value;
    const before = turns.slice(
      0,
      turns.findIndex(({ id }) => id === turn.id),
    );
    void answers?.write(turn.id, historyFor(before, turn.prompt).map(asSaid));
  };
  if (answer === null) {
    if (!lacks || preparation.state.value.kind !== 'ready') return null;
    return (
      <div class="buttons">
        <button class="button" type="button" onClick={write}>
          Answer on this device (simpler)
        </button>
      </div>
    );
  }
  const actions =
    answer.kind === 'writing' ? (
      <button class="button plain quiet" type="button" onClick={() => answers?.stop(turn.id)}>
        <Mark name="stop" look="small" />
        Stop
      </button>
    ) : (
      lacks && (
        <button class="button plain quiet" type="button" onClick={write}>
          <Mark name="again" look="small" />
          Write it again
        </button>
      )
    );
  const body = (
    <>
      {(answer.text !== '' || answer.kind === 'writing') && (
        <AnswerText text={answer.text} running={answer.kind === 'writing'} />
      )}
      <From told={tellDeviceAnswer(answer, turn.answer.kind === 'waiting')} look="line" actions={actions} />
    </>
  );
  if (lacks) {
    return (
      <section class="on-device" aria-label="Written on this device">
        {/* Said before the words too: on a phone the line below them may be out of sight. */}
        <p class="beside">On this device, simpler:</p>
        {body}
      </section>
    );
  }
  return (
    <details class="folded on-device">
      <summary>
        <Mark name="down" look="small" />
        What this device wrote meanwhile, simpler
      </summary>
      {body}
    </details>
  );
}

function asSaid({ role, content }: { role: string; content: string }): Said {
  return { role: role === 'assistant' ? 'assistant' : 'user', content };
}

/** The line of words under what this device wrote. `waits`: the ask is still to be sent. */
export function tellDeviceAnswer(answer: DeviceAnswer, waits: boolean): Told {
  const still = waits ? ' Your question still waits to be sent.' : '';
  const what = 'Written on this device, simpler.';
  switch (answer.kind) {
    case 'writing': {
      const more =
        answer.text === '' ? 'The browser’s own model is getting ready.' : 'The browser’s own model is at it.';
      return { mark: 'from-device', tone: 'live', what: 'Being written on this device, simpler.', more };
    }
    case 'whole': {
      const more = `The browser’s own model wrote it; Layover sent nothing for it.${still}`;
      return { mark: 'from-device', tone: '', what, more };
    }
    case 'part':
      return answer.text === ''
        ? { mark: 'is-idle', tone: '', what: 'Nothing was written on this device.', more: `${answer.message}${still}` }
        : { mark: 'from-part', tone: '', what, more: `${answer.message}${still}` };
    default:
      return answer satisfies never;
  }
}
