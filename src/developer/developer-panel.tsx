import { useEffect, useRef } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { SCENARIOS, scenarioTitle } from './scenarios.ts';

/** Simulates a bad network between this device and the router. Everything else stays real. */
export function DeveloperPanel({ onClose }: { onClose: () => void }) {
  const { line, simulate } = useModels();
  const on = line.scenario.value;
  const panel = useRef<HTMLElement>(null);

  // The focus goes in with the person, and back to where it was when the panel closes.
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
    const closeOnEscape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onClose();
    };
    addEventListener('keydown', closeOnEscape);
    return () => {
      removeEventListener('keydown', closeOnEscape);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <section ref={panel} class="sheet panel" aria-labelledby="panel-title">
      <header>
        <h2 id="panel-title">Simulate the network</h2>
        <span class="beside quiet">Asks of this browser only. Nothing of it counts in any figure.</span>
        <button class="button icon plain quiet end" type="button" aria-label="Close" onClick={onClose}>
          <Mark name="close" />
        </button>
      </header>
      <div class="body choices" role="group" aria-label="Network">
        <button class="button" type="button" aria-pressed={on === null} onClick={() => simulate(null)}>
          Real network
        </button>
        {SCENARIOS.map(({ scenario, effect }) => (
          <button
            key={scenario.kind}
            class="button"
            type="button"
            aria-pressed={on?.kind === scenario.kind}
            onClick={() => simulate(scenario)}
          >
            <span>{scenarioTitle(scenario)}</span>
            <small>{effect}</small>
          </button>
        ))}
      </div>
    </section>
  );
}
