import { MOST_SCENARIO_CHARS, scenarioSchema, type Conditions, type Scenario } from '#shared/scenario.ts';

/** Shortest a step takes when it is sped up, in milliseconds. */
const SHORTEST_STEP_MS = 50;

/** Where a scenario is at some moment. */
export interface Moment {
  /** Which step, from 0. */
  at: number;
  /** How often the steps were played through before. */
  round: number;
  conditions: Conditions;
  /** Milliseconds until the next step, or the end; null when it stays like this. */
  leftMs: number | null;
}

/** Something that no schema says: where it is, and a sentence about it. */
export interface Fault {
  path: readonly (string | number)[];
  sentence: string;
}

/** A scenario from outside; null for what is none. */
export function readScenario(raw: unknown): Scenario | null {
  const scenario = scenarioSchema.safeParse(raw);
  if (!scenario.success || JSON.stringify(scenario.data).length > MOST_SCENARIO_CHARS) return null;
  return faultsOf(scenario.data).length === 0 ? scenario.data : null;
}

/** What does not fit together in a scenario whose every member is allowed. */
export function faultsOf(scenario: Scenario): Fault[] {
  const faults: Fault[] = [];
  const steps = scenario.steps ?? [];
  const last = scenario.repeat === true ? steps.length : steps.length - 1;
  steps.forEach((step, at) => {
    if (step.for_ms === undefined && at < last) {
      const sentence = 'Say `for_ms`: only the last step of a scenario that does not repeat may last until the end.';
      faults.push({ path: ['steps', at], sentence });
    }
  });
  if (scenario.steps === undefined && (scenario.repeat !== undefined || scenario.speed !== undefined)) {
    const path = [scenario.repeat === undefined ? 'speed' : 'repeat'];
    faults.push({ path, sentence: 'Only a scenario with `steps` has a pace and can repeat.' });
  }
  const places: [Fault['path'], Conditions][] = [[[], scenario], ...steps.map(placeOf)];
  for (const [path, { latency_ms }] of places) {
    if (typeof latency_ms === 'object' && latency_ms.p95 < latency_ms.p50) {
      faults.push({ path: [...path, 'latency_ms', 'p95'], sentence: '`p95` cannot be less than `p50`.' });
    }
  }
  return faults;
}

function placeOf(step: Conditions, at: number): [Fault['path'], Conditions] {
  return [['steps', at], step];
}

/** Where it is so many milliseconds after its beginning; null when it is over. */
export function momentOf(scenario: Scenario, elapsedMs: number): Moment | null {
  const steps = scenario.steps ?? [{}];
  const lengths = lengthsOf(scenario);
  const wholeMs = sum(lengths);
  const round = scenario.repeat === true ? Math.floor(elapsedMs / wholeMs) : 0;
  let leftMs = elapsedMs - (round === 0 ? 0 : round * wholeMs);
  for (const [at, lengthMs] of lengths.entries()) {
    if (leftMs < lengthMs) {
      const conditions = mergeConditions(scenario, steps[at] ?? {});
      return { at, round, conditions, leftMs: lengthMs === Infinity ? null : lengthMs - leftMs };
    }
    leftMs -= lengthMs;
  }
  return null;
}

/** How long it takes by itself, in milliseconds; Infinity when it does not end. */
export function lengthOf(scenario: Scenario): number {
  return scenario.repeat === true ? Infinity : sum(lengthsOf(scenario));
}

function lengthsOf({ steps = [{}], speed = 1 }: Scenario): number[] {
  return steps.map(({ for_ms }) => (for_ms === undefined ? Infinity : Math.max(SHORTEST_STEP_MS, for_ms / speed)));
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((whole, ms) => whole + ms, 0);
}

/** The conditions of a step: its own, and those beside the steps that it does not contradict. */
function mergeConditions(scenario: Scenario, step: Conditions & { for_ms?: number | undefined }): Conditions {
  const { name: _name, seed: _seed, repeat: _repeat, speed: _speed, steps: _steps, ...base } = scenario;
  const { for_ms: _forMs, ...own } = step;
  return { ...base, ...own };
}
