import type { Configuration } from '../config/configuration.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { readConfigurationText } from '../config/configuration-file.ts';
import { describeConfiguration } from '../config/describe-configuration.ts';
import { readConfiguration } from '../config/read-configuration.ts';
import type { Environment } from '../config/variables.ts';
import { DEATHS, firstWordLimitMs, worstCases, type Death, type Walk, type WorstCase } from '../routing/worst-case.ts';

/** What the one that stands in needs for its own first word, at least, ms: the p95 that a quick provider keeps. */
const OWN_FIRST_WORD_MS = 400;

/** Reads the configuration as a start would, and says what it amounts to. Throws a ConfigurationError when it cannot be used. */
export function checkConfiguration(file: string | null, environment: Environment): string[] {
  if (file !== null && readConfigurationText(file) === null)
    throw new ConfigurationError([{ place: null, sentence: `There is no file \`${file}\`.` }]);
  const configuration = readConfiguration({
    environment: file === null ? environment : { ...environment, LAYOVER_CONFIG: file },
    readText: readConfigurationText,
    // The demo providers have no addresses before they run; without them the check says that they would answer.
    demoDeployments: [],
  });
  return [...describeConfiguration(configuration), ...describeWaits(configuration)];
}

/** How long the first word may take, by alias, and whether that fits the target. */
export function describeWaits(configuration: Configuration): string[] {
  const cases = worstCases(configuration);
  if (cases.length === 0) return [];
  const targetMs = configuration.slo.firstTokenP95Seconds * 1000;
  return [
    '',
    `The first word, at worst (target: ${seconds(targetMs)} for 95 of 100 asks, \`slo.first_token_p95_seconds\`):`,
    ...cases.flatMap((one) => [`Model ${one.alias}:`, ...describeCase(one, targetMs).map((line) => `  ${line}`)]),
  ];
}

function describeCase({ oneDown, allDown }: WorstCase, targetMs: number): string[] {
  const lines = oneDown.flatMap(({ names, walks }) => {
    const { silence } = walks;
    if (silence.answeredBy === null)
      return [`When ${list(names)} is down, nobody stands in within the ask’s own limit.`];
    // Who is asked first anyway loses nothing by it.
    if (silence.attempts.length === 0) return [];
    const next = silence.answeredBy.name;
    return [
      `When ${list(names)} is down, \`${next}\` is asked after ${waits(walks)}.`,
      ...verdict(silence, targetMs).map((line) => `  ${line}`),
    ];
  });
  if (oneDown.length === 0) {
    const attempt = allDown.silence.attempts[0];
    lines.push(
      'All its deployments are at one address: when that is down, nobody stands in. Add one at another address.',
      ...(attempt !== undefined && attempt.endMs > targetMs
        ? [`An answer may begin up to ${seconds(attempt.endMs)} after its ask, past the target.`]
        : []),
    );
  }
  lines.push(`When all are down, the ask is given up after ${waits(allDown)}.`);
  return lines;
}

/** Whether what is left of the target is enough for the one that stands in; what to change when it is not. */
function verdict({ attempts, untilMs, answeredBy }: Walk, targetMs: number): string[] {
  const leftMs = targetMs - untilMs;
  if (leftMs >= OWN_FIRST_WORD_MS)
    return [`That leaves ${seconds(leftMs)} of the target for its own first word: it can be met.`];
  const roomMs = Math.floor((targetMs - OWN_FIRST_WORD_MS) / Math.max(1, attempts.length));
  const names = [...new Set(attempts.map(({ deployment }) => deployment.name))];
  const longest = Math.max(...attempts.map(({ deployment }) => firstWordLimitMs(deployment)));
  const change =
    roomMs >= 1
      ? `Set \`stream_timeout\` of ${list(names)} to ${seconds(roomMs)} or less (now ${seconds(longest)})`
      : 'Let fewer deployments stand before it';
  const left =
    leftMs <= 0
      ? 'This cannot meet the target: nothing is left of it'
      : `This cannot be counted on to meet the target: only ${seconds(leftMs)} are left`;
  return [
    `${left} for the first word of \`${answeredBy?.name ?? ''}\`, which takes ${seconds(OWN_FIRST_WORD_MS)} when it is quick.`,
    `${change}, or raise \`slo.first_token_p95_seconds\`.`,
  ];
}

const HOW: Record<Death, string> = {
  silence: 'when it takes the call and says nothing',
  'no-connection': 'without a connection',
  'late-error': 'when it fails just before it would be given up',
};

/** `2 s when it …, 0.8 s without a connection, …`. */
function waits(walks: Record<Death, Walk>): string {
  const order: Death[] = ['silence', ...DEATHS.filter((death) => death !== 'silence')];
  return order.map((death) => `${seconds(walks[death].untilMs)} ${HOW[death]}`).join(', ');
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(3))} s`;
}
