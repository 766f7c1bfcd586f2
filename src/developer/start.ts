import type { Models } from '../app/models.ts';
import { findPreset } from './presets.ts';

/** What a developer can call from the browser's console. */
export interface LayoverConsole {
  /**
   * Simulates a network: the name of a preset, a scenario, or null for the real network. Resolves with a sentence of what holds now;
   * rejects with what is wrong with the scenario.
   */
  simulate(scenario: unknown): Promise<string>;
}

declare global {
  interface Window {
    layover?: LayoverConsole;
  }
}

const NOT_ALLOWED =
  'The network is not simulated: the configuration of this router does not allow it (`travel.simulator`).';

/** Ways to the simulator beside the panel: an address, the console, the keyboard. A lazy chunk. */
export function startDeveloper(models: Pick<Models, 'simulate' | 'toasts' | 'networkPanel'>, allowed: boolean): void {
  takeAddress(models, allowed);
  if (!allowed) return;
  window.layover = { simulate: (scenario) => simulate(models, scenario) };
  addEventListener('keydown', (event) => {
    // By the place of the key: with Shift another sign stands on it in every layout.
    if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey || event.code !== 'Period') return;
    event.preventDefault();
    models.networkPanel.value = !models.networkPanel.value;
  });
}

async function simulate(models: Pick<Models, 'simulate'>, wanted: unknown): Promise<string> {
  if (wanted === null) {
    models.simulate(null);
    return 'This is the real network.';
  }
  const preset = typeof wanted === 'string' ? findPreset(wanted) : null;
  const reading = preset === null ? await read(wanted) : { ok: true as const, scenario: preset.scenario };
  if (!reading.ok) throw new TypeError(reading.mistakes.join('\n'));
  models.simulate(reading.scenario);
  return `The network is simulated: ${reading.scenario.name ?? 'unnamed'}. \`layover.simulate(null)\` ends it.`;
}

async function read(wanted: unknown) {
  const { readScenarioValue, readScenarioWord } = await import('./read-scenario.ts');
  return typeof wanted === 'string' ? readScenarioWord(wanted) : readScenarioValue(wanted);
}

/** Takes `?scenario=…` out of the address, so that it is begun once, and begins it. */
function takeAddress(models: Pick<Models, 'simulate' | 'toasts'>, allowed: boolean): void {
  const address = new URL(location.href);
  const word = address.searchParams.get('scenario');
  if (word === null) return;
  address.searchParams.delete('scenario');
  history.replaceState(history.state, '', address);
  if (!allowed) return models.toasts.show({ text: NOT_ALLOWED });
  simulate(models, word).catch((thrown: unknown) => {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    models.toasts.show({ text: `The scenario of this address was not begun. ${reason}`, stays: true });
  });
}
