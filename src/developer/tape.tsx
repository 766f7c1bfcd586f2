import { useModels } from '../app/models.ts';
import { scenarioTitle } from './scenarios.ts';

/** Stands on every screen while the network is simulated. It goes only when the simulation does. */
export function Tape({ onAnother }: { onAnother: () => void }) {
  const { line, simulate } = useModels();
  const scenario = line.scenario.value;
  if (scenario === null) return null;
  return (
    <div class="tape" role="region" aria-label="Network simulated">
      <p>
        <b>Network simulated: {scenarioTitle(scenario).toLowerCase()}.</b> This browser only. It ends by itself after 12
        h.
      </p>
      <div class="buttons">
        <button class="button" type="button" onClick={onAnother}>
          Another
        </button>
        <button class="button" type="button" onClick={() => simulate(null)}>
          End it
        </button>
      </div>
    </div>
  );
}
