import type { Clock } from '#shared/clock.ts';
import { readConfigurationText } from '../../config/configuration-file.ts';
import { ConfigurationError } from '../../config/configuration-error.ts';
import type { Configuration } from '../../config/configuration.ts';
import { readConfiguration } from '../../config/read-configuration.ts';
import type { Environment } from '../../config/variables.ts';
import type { Fetch } from '../terminal.ts';
import { examineDeployments } from './deployments.ts';
import { fail, ok, warn, type Finding } from './finding.ts';
import { examineClock } from './provider-clock.ts';
import { examineDataFolder, examineHttps, examineNode, examinePort } from './machine.ts';
import { examineWebhooks } from './webhooks.ts';

/** What the doctor looks with. */
export interface Instruments {
  environment: Environment;
  nodeVersion: string;
  /** Free bytes where a folder is, or would be. */
  freeBytes: (folder: string) => number;
  fetch: Fetch;
  clock: Clock;
}

/** Tries all that a router needs, side by side, each within its own limit; the findings come in one order. */
export async function examine(instruments: Instruments): Promise<Finding[]> {
  const { configuration, findings } = examineConfiguration(instruments.environment);
  const asked = configuration === null ? null : await examineByCalls(configuration, instruments);
  return [
    examineNode(instruments),
    ...findings,
    ...(asked?.deployments ?? []),
    ...(configuration === null ? [] : examinePrices(configuration)),
    ...(asked?.clock ?? []),
    ...examineDataFolder(instruments),
    ...(asked?.webhooks ?? []),
    ...(await examinePort(instruments)),
    ...(configuration === null ? [] : [examineHttps(configuration, instruments)]),
  ];
}

async function examineByCalls(
  configuration: Configuration,
  instruments: Instruments,
): Promise<Record<'deployments' | 'clock' | 'webhooks', Finding[]>> {
  const [deployments, clock, webhooks] = await Promise.all([
    examineDeployments(configuration, instruments),
    examineClock(configuration, instruments),
    examineWebhooks(configuration, instruments),
  ]);
  return { deployments, clock, webhooks };
}

function examineConfiguration(environment: Environment): { configuration: Configuration | null; findings: Finding[] } {
  const check = 'configuration';
  try {
    const configuration = readConfiguration({ environment, readText: readConfigurationText, demoDeployments: [] });
    if (configuration.demo)
      return {
        configuration: null,
        findings: [warn(check, 'There is none, so the demo answers.', 'Set a provider key and run `layover init`.')],
      };
    const { source, notices } = configuration;
    const name = source === null ? 'The built-in one' : `\`${source}\``;
    // A notice with a place is about what somebody wrote; one without says what is so by itself.
    const placed = notices.filter((notice) => / line \d+, column \d+/.test(notice)).length;
    const finding =
      placed === 0
        ? ok(check, `${name} is whole.`)
        : warn(
            check,
            `${name} is read, and ${placed === 1 ? 'one thing' : `${placed} things`} in it told.`,
            'See `layover config check`.',
          );
    return { configuration, findings: [finding] };
  } catch (failure) {
    if (!(failure instanceof ConfigurationError)) throw failure;
    const says = failure.message.replaceAll(/\s*\n\s*/g, ' ');
    return {
      configuration: null,
      findings: [fail(check, says, 'Correct the file: `layover config check` names all.')],
    };
  }
}

/** A price that is not known makes costs unknown, and caps in dollars count nothing. */
function examinePrices({ deployments }: Configuration): Finding[] {
  const unpriced = new Set(deployments.filter(({ prices }) => prices === null).map(({ name }) => name));
  if (unpriced.size === 0) return [ok('prices', 'Every deployment has one.')];
  const remedy = 'Set `input_cost_per_token` and `output_cost_per_token`.';
  return [...unpriced].map((name) => warn('prices', `\`${name}\` has none: what it costs is unknown.`, remedy));
}
