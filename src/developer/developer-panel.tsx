import { useEffect, useRef } from 'preact/hooks';
import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';
import { OwnScenario } from './own-scenario.tsx';
import { FAULTS, PLACES, type Preset } from './presets.ts';

/** Simulates a bad network between this device and the router. Everything else stays real. */
export function DeveloperPanel({ onClose }: { onClose: () => void }) {
  const { line, simulate } = useModels();
  const on = line.scenario.value;
  const panel = useRef<HTMLElement>(null);

  // The focus goes in with the person, and back to where it was when the panel closes.
  useEffect(() => {
    const before = document.activeElement;
    const find = (what: string) => panel.current?.querySelector<HTMLElement>(what);
    (find('[aria-pressed="true"]') ?? find('.choices .button'))?.focus();
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
      <div class="body">
        <div class="choices">
          <button class="button" type="button" aria-pressed={on === null} onClick={() => simulate(null)}>
            <span>Real network</span>
            <small>Ends whatever is simulated.</small>
          </button>
        </div>
        <Choices title="On the way" presets={PLACES} />
        <Choices title="One thing wrong" presets={FAULTS} />
        <OwnScenario />
        <p class="quiet">
          <kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>.</kbd> opens and closes this. In the browser’s console,{' '}
          <code>layover.simulate('café')</code> begins and <code>layover.simulate(null)</code> ends it.
        </p>
      </div>
    </section>
  );
}

function Choices({ title, presets }: { title: string; presets: readonly Preset[] }) {
  const { line, simulate } = useModels();
  return (
    <>
      <h3>{title}</h3>
      <div class="choices" role="group" aria-label={title}>
        {presets.map(({ name, title: word, effect, scenario }) => (
          <button
            key={name}
            class="button"
            type="button"
            aria-pressed={line.scenario.value?.name === name}
            onClick={() => simulate(scenario)}
          >
            <span>{word}</span>
            <small>{effect}</small>
          </button>
        ))}
      </div>
    </>
  );
}
