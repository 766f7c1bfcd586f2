import { readFileSync } from 'node:fs';
import type { Scenario } from '#shared/scenario.ts';
import { readScenarioText } from '../../src/developer/read-scenario.ts';

/** The text of a scenario of `test/fixtures/scenarios`. */
export function scenarioText(name: string): string {
  return readFileSync(new URL(`../fixtures/scenarios/${name}.yaml`, import.meta.url), 'utf8');
}

/** A scenario of `test/fixtures/scenarios`, for unit tests and journeys alike. */
export function scenario(name: string): Scenario {
  const reading = readScenarioText(scenarioText(name));
  if (!reading.ok) throw new Error(`${name}.yaml: ${reading.mistakes.join(' ')}`);
  return reading.scenario;
}
