import { useModels } from '../app/models.ts';
import { effectsOf, endsOf } from './effects.ts';

/** Stands on every screen while the network is simulated: what it does now, and when it ends. It goes only when the simulation does. */
export function Tape({ onAnother }: { onAnother: (() => void) | null }) {
  const { line, simulate } = useModels();
  const simulation = line.scenario.value;
  if (simulation === null) return null;
  const { name, rehearsal, step, steps, now } = simulation;
  const ends = endsOf(simulation);
  return (
    <div class="tape" role="region" aria-label={rehearsal ? 'Rehearsal' : 'Network simulated'}>
      <p>
        <b>{rehearsal ? 'Rehearsal: the network of this browser is cut on purpose.' : `Network simulated: ${name}.`}</b>{' '}
        {!rehearsal && `Now ${effectsOf(now).join(', ')}. `}
        {steps > 1 && `Step ${step} of ${steps}${ends.step === null ? '' : `, until ${ends.step}`}. `}
        {!rehearsal && 'This browser only. '}It ends by itself at {ends.all}.
      </p>
      <div class="buttons">
        {onAnother !== null && (
          <button class="button" type="button" onClick={onAnother}>
            Another
          </button>
        )}
        <button class="button" type="button" onClick={() => simulate(null)}>
          End it
        </button>
      </div>
    </div>
  );
}
