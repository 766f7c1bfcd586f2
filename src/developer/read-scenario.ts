import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { MOST_SCENARIO_CHARS, MOST_STEPS, scenarioSchema, type Scenario } from '#shared/scenario.ts';
import { faultsOf } from '#shared/scenario-course.ts';
import { FAULTS, findPreset, PLACES } from './presets.ts';

/** A scenario from a person, or what is wrong with it, one sentence each with its line. */
export type ScenarioReading = { ok: true; scenario: Scenario } | { ok: false; mistakes: string[] };

type Path = readonly PropertyKey[];

/** Most mistakes that are named at once. */
const MOST_MISTAKES = 5;

const COUNT = 'a number from 0 to 1000000';
const YES = 'true or false';
const MILLISECONDS = 'a number of milliseconds from 0 to 120000';

/** What may stand at each name, wherever it stands. */
const ALLOWED: Record<string, string> = {
  name: 'a text of 1 to 80 characters',
  seed: 'a number',
  repeat: YES,
  speed: 'a number from 0.01 to 1000',
  steps: `a list of 1 to ${MOST_STEPS} steps`,
  for_ms: 'a number of milliseconds from 1 to 43200000 (12 h)',
  offline: YES,
  latency_ms: `${MILLISECONDS}, or {p50: …, p95: …}`,
  p50: MILLISECONDS,
  p95: MILLISECONDS,
  bandwidth_bytes_per_second: 'a number from 1 to 1000000000',
  drop_rate: 'a number from 0 to 1',
  cut_after_tokens: COUNT,
  cut_after_chars: COUNT,
  stall_after_tokens: COUNT,
  respond: '{status: 503}, with `retry_after_seconds` and `by` as you like',
  status: 'a number from 400 to 599',
  retry_after_seconds: 'a number from 0 to 86400',
  by: '"router" or "proxy"',
  portal: '"redirect", "page" or "511"',
  silent: YES,
  quota_error: YES,
  clock_skew_ms: 'a number of milliseconds, at most a year to either side',
  no_sync_manager: YES,
  kill_worker: YES,
  only: '"asks"',
};

const INNER: Record<string, readonly string[]> = {
  latency_ms: ['p50', 'p95'],
  respond: ['status', 'retry_after_seconds', 'by'],
};
const OF_SCENARIO = ['name', 'seed', 'repeat', 'speed', 'steps'];
const CONDITIONS = Object.keys(ALLOWED).filter(
  (name) => ![...OF_SCENARIO, 'for_ms', ...Object.values(INNER).flat()].includes(name),
);

/** Reads JSON or YAML. */
export function readScenarioText(text: string): ScenarioReading {
  if (text.trim() === '') return { ok: false, mistakes: ['Nothing stands here. A scenario is JSON or YAML.'] };
  if (text.length > MOST_SCENARIO_CHARS) {
    const mistake = `It has ${text.length} characters; a scenario has ${MOST_SCENARIO_CHARS} at most.`;
    return { ok: false, mistakes: [mistake] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const mistakes = document.errors.map(
      ({ pos, message }) => `Line ${lines.linePos(pos[0]).line}: this is neither JSON nor YAML. ${message}`,
    );
    return { ok: false, mistakes: mistakes.slice(0, MOST_MISTAKES) };
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: 20 });
    return readScenarioValue(value, (path, key) => lineOf(path, key, { document, lines }));
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : 'unknown';
    return { ok: false, mistakes: [`This YAML cannot be read: ${reason}`] };
  }
}

/** Reads a value that is there already, say from the browser's console. */
export function readScenarioValue(
  value: unknown,
  whereOf: (path: Path, key: string | null) => string = () => '',
): ScenarioReading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const mistake = `A scenario is one object with members such as \`offline: true\` or \`steps\`; this is ${shown(value)}.`;
    return { ok: false, mistakes: [mistake] };
  }
  const parsed = scenarioSchema.safeParse(value);
  const mistakes = parsed.success
    ? faultsOf(parsed.data).map(({ path, sentence }) => whereOf(path, null) + sentence)
    : parsed.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => whereOf(issue.path, key) + unknownKey(issue.path, key))
          : [whereOf(issue.path, null) + notAllowed(issue.path, value)],
      );
  if (parsed.success && mistakes.length === 0) return { ok: true, scenario: parsed.data };
  return { ok: false, mistakes: mistakes.slice(0, MOST_MISTAKES) };
}

/** What an address or the console calls a scenario by: a preset's name, or JSON as base64url. */
export function readScenarioWord(word: string): ScenarioReading {
  const preset = findPreset(word);
  if (preset !== null) return { ok: true, scenario: preset.scenario };
  const text = fromBase64Url(word);
  if (text !== null) return readScenarioText(text);
  const names = [...PLACES, ...FAULTS].map(({ name }) => `“${name}”`).join(', ');
  return { ok: false, mistakes: [`There is no scenario ${shown(word)}. Known are ${names}.`] };
}

/** The word for a scenario in an address: its name when it is a preset, else itself as base64url. */
export function wordOf(scenario: Scenario): string {
  const preset = findPreset(scenario.name ?? '');
  if (preset !== null && JSON.stringify(preset.scenario) === JSON.stringify(scenario)) return preset.name;
  const bytes = new TextEncoder().encode(JSON.stringify(scenario));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(word: string): string | null {
  // A scenario begins with a brace.
  if (!/^e[w-z0-9_-][\w-]*$/.test(word)) return null;
  try {
    const binary = atob(word.replaceAll('-', '+').replaceAll('_', '/'));
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
  } catch {
    // Not base64url, or no text in it.
    return null;
  }
}

function unknownKey(path: Path, key: string): string {
  const parent = path.at(-1);
  const inner = typeof parent === 'string' ? INNER[parent] : undefined;
  const known = inner ?? (path.length === 0 ? [...OF_SCENARIO, ...CONDITIONS] : ['for_ms', ...CONDITIONS]);
  const hint = key === 'kind' ? ' Scenarios with `kind` are of an earlier version.' : '';
  return `\`${key}\` is not known here.${hint} Known are ${known.map((name) => `\`${name}\``).join(', ')}.`;
}

function notAllowed(path: Path, whole: unknown): string {
  const key = path.at(-1);
  const found = path.reduce<unknown>(
    (inside, name) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, name) : undefined),
    whole,
  );
  if (typeof key !== 'string') return `A step is an object with \`for_ms\` and conditions; this is ${shown(found)}.`;
  const what = found === undefined ? `\`${key}\` is missing.` : `\`${key}\` is ${shown(found)}.`;
  return `${what} It must be ${ALLOWED[key] ?? 'left out'}.`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function lineOf(
  path: Path,
  key: string | null,
  { document, lines }: { document: Document; lines: LineCounter },
): string {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const inside = length === path.length && key !== null && isMap(node) ? node : null;
    const pair = inside?.items.find((item) => isScalar(item.key) && item.key.value === key);
    const place = pair === undefined ? node : pair.key;
    if (isNode(place) && place.range != null) return `Line ${lines.linePos(place.range[0]).line}: `;
  }
  return '';
}
