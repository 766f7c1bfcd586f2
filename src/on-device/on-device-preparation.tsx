import { useEffect } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import { Mark, type MarkName } from '../look/mark.tsx';
import { Meter } from '../look/meter.tsx';
import { onDeviceOf } from './on-device.ts';
import type { ModelState } from './preparation.ts';

/** Gets the browser's own model ready for a journey: how it stands, and a download that only a press begins. */
export function OnDevicePreparation() {
  const { clock, standIns, line } = useModels();
  const { preparation } = onDeviceOf(standIns, clock);
  useEffect(() => void preparation.look(), [preparation]);
  const state = preparation.state.value;
  const { mark, tone, what, more } = tellModel(state);
  const reached = line.state.value === 'online' || line.state.value === 'slow' || line.state.value === 'unknown';
  return (
    <section class="sheet" aria-labelledby="on-device-title">
      <header>
        <h2 id="on-device-title">Answers without any network</h2>
      </header>
      <div class="body preparation">
        <p class="state-line" role="status">
          <Mark name={mark} look={tone} />
          <span>
            <b>{what}</b> {more}
          </span>
        </p>
        {/* Beside the status, not in it: a number that grows is not read aloud at every step. */}
        {state.kind === 'downloading' && (
          <p class="part">
            <Meter part={state.part} />
            <span>{Math.floor(state.part * 100)} %</span>
          </p>
        )}
        {(state.kind === 'downloadable' || state.kind === 'downloading-elsewhere') && (
          <div class="buttons">
            <button class="button" type="button" disabled={!reached} onClick={() => void preparation.start()}>
              {state.kind === 'downloadable' ? 'Download the model' : 'Wait for it here'}
            </button>
            {!reached && <span class="beside">Only while you are online.</span>}
          </div>
        )}
        {state.kind === 'downloading' && (
          <div class="buttons">
            <button class="button" type="button" onClick={() => preparation.cancel()}>
              Cancel
            </button>
          </div>
        )}
      </div>
    </section>
  );
}

interface Told {
  mark: MarkName;
  tone: '' | 'live' | 'good' | 'warn';
  what: string;
  more: string;
}

/** How the model of this device stands, in words. */
export function tellModel(state: ModelState): Told {
  switch (state.kind) {
    case 'unknown':
      return { mark: 'is-unmeasured', tone: '', what: 'Looking for a model.', more: 'The browser is being asked.' };
    case 'absent':
      return {
        mark: 'is-idle',
        tone: '',
        what: 'No model on this device.',
        more: 'This browser has none of its own. What is saved opens; what is not waits.',
      };
    case 'unavailable':
      return {
        mark: 'is-idle',
        tone: '',
        what: 'No model on this device.',
        more: 'This browser has one, but not for this device: it wants more memory or more free disk space.',
      };
    case 'downloadable':
      return state.failure === null
        ? {
            mark: 'is-idle',
            tone: '',
            what: 'Not downloaded.',
            more: 'The browser’s own model can write simpler answers without any network. It is downloaded once, and takes some gigabytes.',
          }
        : { mark: 'is-warn', tone: 'warn', what: 'Not downloaded.', more: state.failure };
    case 'downloading-elsewhere':
      return {
        mark: 'is-probing',
        tone: 'live',
        what: 'Being downloaded.',
        more: 'The browser is at it already, for another page or from an earlier visit.',
      };
    case 'downloading':
      return {
        mark: 'is-probing',
        tone: 'live',
        what: state.part < 1 ? 'Being downloaded.' : 'Downloaded.',
        more: state.part < 1 ? 'It goes on for as long as this page is open.' : 'The browser is getting it ready.',
      };
    case 'ready':
      return {
        mark: 'is-good',
        tone: 'good',
        what: 'Ready.',
        more: 'Under a question without an answer you can have a simpler one written on this device.',
      };
    default:
      return state satisfies never;
  }
}
