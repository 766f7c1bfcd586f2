import { useSignal } from '@preact/signals';
import { useModels } from '../app/models.ts';
import type { Scenario } from '#shared/scenario.ts';
import { findPreset } from './presets.ts';

const SAMPLE = `name: tunnel
repeat: true
steps:
  - for_ms: 20000
    latency_ms: { p50: 300, p95: 1500 }
  - for_ms: 5000
    offline: true
`;

/** A scenario of one's own, pasted or from a file, and the link to one. */
export function OwnScenario() {
  const { line, simulate, toasts } = useModels();
  const text = useSignal('');
  const mistakes = useSignal<readonly string[]>([]);

  const use = async (take: (scenario: Scenario) => void | Promise<void>): Promise<void> => {
    const { readScenarioText } = await import('./read-scenario.ts');
    const reading = readScenarioText(text.value);
    mistakes.value = reading.ok ? [] : reading.mistakes;
    if (reading.ok) await take(reading.scenario);
  };
  const open = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > 100_000) {
      mistakes.value = [`“${file.name}” is too large for a scenario. It may have 20000 characters.`];
      return;
    }
    text.value = await file.text();
    await use(simulate);
  };
  const copyLink = async (scenario: Scenario): Promise<void> => {
    const { wordOf } = await import('./read-scenario.ts');
    const link = new URL('/', location.href);
    link.searchParams.set('scenario', wordOf(scenario));
    try {
      await navigator.clipboard.writeText(link.href);
      toasts.show({ text: 'The link is copied. Whoever opens it simulates this, where it is allowed.' });
    } catch {
      mistakes.value = [`The browser does not let this page copy. This is the link: ${link.href}`];
    }
  };
  const preset = findPreset(line.scenario.value?.name ?? '');

  return (
    <>
      <h3>Your own</h3>
      <div class="field">
        <label for="scenario-text">A scenario as JSON or YAML</label>
        <textarea
          id="scenario-text"
          class="input"
          rows={7}
          spellcheck={false}
          placeholder={SAMPLE}
          value={text.value}
          aria-invalid={mistakes.value.length > 0}
          aria-describedby="scenario-mistakes"
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </div>
      <div id="scenario-mistakes" role="status">
        {mistakes.value.length > 0 && (
          <ul class="mistakes">
            {mistakes.value.map((mistake) => (
              <li key={mistake}>{mistake}</li>
            ))}
          </ul>
        )}
      </div>
      <div class="buttons">
        <button class="button" type="button" onClick={() => use(simulate)}>
          Simulate it
        </button>
        <label class="button file">
          Open a file
          <input
            class="unseen"
            type="file"
            accept=".json,.yaml,.yml"
            onChange={(event) => open(event.currentTarget.files?.[0])}
          />
        </label>
        <button class="button" type="button" onClick={() => use(copyLink)}>
          Copy as link
        </button>
        {preset !== null && (
          <button class="button" type="button" onClick={() => copyLink(preset.scenario)}>
            Copy the link to “{preset.name}”
          </button>
        )}
      </div>
    </>
  );
}
