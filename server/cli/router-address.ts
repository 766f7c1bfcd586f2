import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfigurationText } from '../config/configuration-file.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { readConfiguration } from '../config/read-configuration.ts';
import type { Environment } from '../config/variables.ts';
import { isLoopbackName } from '../identity/addresses.ts';
import { findRunningRouter, type RunningRouter } from '../store/running-router.ts';
import { CommandProblem } from './command-problem.ts';

/** Where the router is, and what is said when it cannot be had there. */
export interface RouterAddress {
  origin: string;
  /** Null when there is none to send. */
  key: string | null;
  /** What to do when nobody, or somebody else, answers there. */
  remedy: string;
  /** The sentence for a key that it does not know. */
  keyRefused: string;
  /** Lines to tell before anything is sent. */
  notices: string[];
}

/** `LAYOVER_URL`, else the router on this machine's data folder. Throws a CommandProblem when there is neither. */
export function findAddress(environment: Environment): RouterAddress {
  const named = environment['LAYOVER_URL'] ?? '';
  if (named !== '') return namedAddress(named, environment);
  const dataFolder = dataFolderOf(environment);
  const running = findRunningRouter(dataFolder);
  if (running !== null) return localAddress(running, dataFolder, environment);
  throw new CommandProblem(
    `No router runs on the data folder \`${dataFolder}\`. Start it (\`npm start\`), set \`LAYOVER_DATA\` to its data folder, or name it by \`LAYOVER_URL\` and \`LAYOVER_KEY\`.`,
  );
}

/** `LAYOVER_DATA`, else `.layover`. */
export function dataFolderOf(environment: Environment): string {
  return environment['LAYOVER_DATA'] || '.layover';
}

function namedAddress(named: string, environment: Environment): RouterAddress {
  const url = URL.canParse(named) ? new URL(named) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new CommandProblem('`LAYOVER_URL` must be an address such as `https://ai.example.com`.');
  const key = environment['LAYOVER_KEY'] ?? '';
  if (key === '')
    throw new CommandProblem(
      `\`LAYOVER_URL\` names a router, and \`LAYOVER_KEY\` no key for it. Set it to a key of that router.`,
    );
  const isBare = url.protocol === 'http:' && !isLoopbackName(url.hostname);
  return {
    origin: url.origin,
    key,
    remedy: 'Correct `LAYOVER_URL`, or leave it out for the router of this machine.',
    keyRefused: `The router at ${url.origin} does not know the key in \`LAYOVER_KEY\`.`,
    notices: isBare ? [`The key goes to ${url.origin} in the clear. Use HTTPS, or a line that nobody else is on.`] : [],
  };
}

function localAddress(running: RunningRouter, dataFolder: string, environment: Environment): RouterAddress {
  const { key, source } = findKey(running, dataFolder, environment);
  return {
    origin: running.origin,
    key,
    remedy: `Its process (${running.pid}) holds \`${dataFolder}\`: stop it and start it again.`,
    keyRefused: `The router at ${running.origin} does not know the key ${source}. ${KEY_HINTS[running.key_source]}`,
    notices: [],
  };
}

const KEY_HINTS = {
  environment: 'It was started with `LAYOVER_MASTER_KEY`: set `LAYOVER_MASTER_KEY` or `LAYOVER_KEY` to the same here.',
  configuration: 'Its key is `master_key` of its configuration: run this where that can be read, or set `LAYOVER_KEY`.',
  file: 'Its key is in the file `master-key` of its data folder: leave `LAYOVER_KEY` out, or correct it.',
};

interface FoundKey {
  key: string | null;
  /** As in "the key …". */
  source: string;
}

function findKey({ key_source: from }: RunningRouter, dataFolder: string, environment: Environment): FoundKey {
  for (const name of ['LAYOVER_KEY', 'LAYOVER_MASTER_KEY']) {
    const key = environment[name] ?? '';
    // A master key of the environment is that of a router which was started with one.
    if (key !== '' && (name === 'LAYOVER_KEY' || from === 'environment')) return { key, source: `in \`${name}\`` };
  }
  if (from === 'configuration') return { key: configuredKey(environment), source: 'of the configuration that is here' };
  if (from === 'environment') return { key: null, source: '(none was found)' };
  const path = join(dataFolder, 'master-key');
  return { key: readKeyFile(path), source: `in \`${path}\`` };
}

function configuredKey(environment: Environment): string | null {
  try {
    return readConfiguration({ environment, readText: readConfigurationText, demoDeployments: [] }).general.masterKey;
  } catch (failure) {
    // A file that was spoilt since the start: then the key is not found here, and that is said.
    if (failure instanceof ConfigurationError) return null;
    throw failure;
  }
}

function readKeyFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null;
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure) return null;
    throw failure;
  }
}
