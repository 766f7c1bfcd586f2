import { noticeLitellm } from './check-litellm.ts';
import { checkSettings, sectionOfSchema } from './check.ts';
import type { Configuration, Deployment, Feature } from './configuration.ts';
import { ConfigurationError } from './configuration-error.ts';
import { demoFeatures } from './demo-features.ts';
import { readDeployments } from './deployments.ts';
import { DEFAULT_FEATURE, readFeatures } from './features.ts';
import { Findings, pathName } from './findings.ts';
import { STARTER_KEY_VARIABLES } from './known-providers.ts';
import { findPasteMarks } from './paste-marks.ts';
import { readPriceTable } from './price-file.ts';
import type { FileSettings } from './schema.ts';
import { checkTargets, readRouting } from './routing.ts';
import { schemaKeys } from './schema-keys.ts';
import { readCanary, readGeneral, readRetention, readSlo, readTravel } from './settings-defaults.ts';
import { starterText } from './starter.ts';
import { readTenants } from './tenants.ts';
import { noticeUnused } from './unused-settings.ts';
import { resolveVariables, withFileVariables, type Environment } from './variables.ts';
import { readYaml, type Tree } from './yaml-tree.ts';

/** Looked for in this order when `LAYOVER_CONFIG` names no file. */
export const CONFIGURATION_FILES = ['layover.yaml', 'litellm_config.yaml'] as const;

/** What reading the configuration needs; given, so that a test gives its own. */
export interface ConfigurationSources {
  environment: Environment;
  /** The text of a file; null when there is none. Throws a ConfigurationError when it cannot be read. */
  readText(path: string): string | null;
  /** Who answers when there is no configuration and no provider key: aliases `app/chat` and `app/small`. */
  demoDeployments: Deployment[];
}

/**
 * The configuration, whole and checked: from `LAYOVER_CONFIG`, else layover.yaml, else litellm_config.yaml, else built in —
 * the starter file when a provider key is in the environment, else the demo. Throws a ConfigurationError that names every mistake.
 */
export function readConfiguration(sources: ConfigurationSources): Configuration {
  const file = findFile(sources);
  if (file !== null) return fromText(file.text, file.path, sources);
  if (hasStarterKey(sources.environment))
    return { ...fromText(starterText(), 'built-in layover.yaml', sources), source: null };
  return demo(sources.demoDeployments);
}

/** Whether the environment has a key of a provider that the starter file names. */
export function hasStarterKey(environment: Environment): boolean {
  return STARTER_KEY_VARIABLES.some((name) => (environment[name] ?? '') !== '');
}

/** The file that will be read, without reading its meaning; null when there is none. */
export function findFile(
  sources: Pick<ConfigurationSources, 'environment' | 'readText'>,
): { path: string; text: string } | null {
  const named = sources.environment['LAYOVER_CONFIG'] ?? '';
  for (const path of named === '' ? CONFIGURATION_FILES : [named]) {
    const text = sources.readText(path);
    if (text !== null) return { path, text };
  }
  if (named === '') return null;
  throw new ConfigurationError([
    {
      place: null,
      sentence: `\`LAYOVER_CONFIG\` names \`${named}\`, and there is no such file. Correct the name, or leave \`LAYOVER_CONFIG\` out.`,
    },
  ]);
}

function fromText(text: string, path: string, sources: ConfigurationSources): Configuration {
  const yaml = readYaml(text);
  if (yaml.kind === 'malformed') {
    throw new ConfigurationError(
      yaml.mistakes.map(({ line, column, sentence }) => ({ place: { file: path, line, column }, sentence })),
    );
  }
  const findings = new Findings(path, yaml.tree, yaml.written);
  findPasteMarks(yaml.tree, [], findings);
  const environment = withFileVariables(sources.environment, yaml.tree);
  const { tree, variables } = resolveVariables(yaml.tree, environment);
  findings.resolved(tree, variables);
  const settings = hasModelList(tree, findings) ? checkSettings(tree, findings) : null;
  const configuration = settings === null ? null : resolve(settings, { path, environment, findings, sources });
  findings.stopIfWrong();
  if (configuration === null) throw new Error('A configuration without a mistake was not read.');
  for (const variable of variables.values()) {
    const known =
      schemaKeys().includes(sectionOfSchema(variable.path)) && !ANSWERED_BY_STATE.test(pathName(variable.path));
    if (variable.found || !known) continue;
    findings.notice(
      variable.path,
      `\`${pathName(variable.path)}\` counts as left out: \`${variable.name}\` is not in the environment.`,
    );
  }
  return { ...configuration, notices: findings.notices() };
}

/** Where a missing variable makes the deployment `unconfigured`, which says so itself. */
const ANSWERED_BY_STATE = /^model_list\[\d+\]\.litellm_params\.(?:model|api_key|api_base|base_url)$/;

function hasModelList(tree: Tree, findings: Findings): boolean {
  if (tree !== null && typeof tree === 'object' && !Array.isArray(tree)) {
    if (Object.hasOwn(tree, 'model_list') && tree['model_list'] !== null) return true;
  } else if (tree !== null) {
    findings.mistake([], `the file is ${findings.found([])}; it must hold sections such as \`model_list:\`.`);
    return false;
  }
  findings.mistake(
    [],
    '`model_list` is missing; it must list at least one model. To see Layover without any provider, write `model_list: []`, or start it without a configuration.',
  );
  return false;
}

interface Context {
  path: string;
  environment: Environment;
  findings: Findings;
  sources: ConfigurationSources;
}

function resolve(
  settings: FileSettings,
  { path, environment, findings, sources }: Context,
): Omit<Configuration, 'notices'> {
  const isDemo = settings.model_list.length === 0;
  const deployments = isDemo
    ? sources.demoDeployments
    : readDeployments({
        settings,
        environment,
        findings,
        priceTable: readPriceTable(sources),
      });
  if (isDemo) findings.notice(['model_list'], '`model_list` is empty: the demo providers answer.');
  else if (deployments.length === 0 && !findings.hasMistakes) {
    findings.mistake(['model_list'], '`model_list` has no entry that can be served.', 'key');
  }
  const features =
    deployments.length === 0 ? new Map<string, Feature>() : readFeatures({ settings, deployments, findings });
  const general = readGeneral(settings);
  if (general.masterKey !== null && !/^[\x21-\x7e]+$/.test(general.masterKey)) {
    const section = (settings.general_settings?.master_key ?? null) === null ? 'litellm_settings' : 'general_settings';
    findings.wrongValue([section, 'master_key'], 'letters, digits and signs of ASCII, without blanks');
  }
  checkTargets(settings, { deployments, findings });
  noticeUnused(settings, findings);
  noticeLitellm(settings, { deployments, findings });
  return {
    source: path,
    demo: isDemo,
    deployments,
    features,
    defaultFeature: DEFAULT_FEATURE,
    featuresDeclared: Object.keys(settings.features ?? {}).length > 0,
    tenants: readTenants(settings, { deployments, findings }),
    unknownPrice: settings.unknown_price ?? 'allow',
    routing: readRouting(settings),
    slo: readSlo(settings),
    canary: readCanary(settings),
    travel: readTravel(settings),
    retention: readRetention(settings),
    general,
    alerts: { slackUrl: settings.alerts?.slack_url ?? null, heartbeatUrl: settings.alerts?.heartbeat_url ?? null },
  };
}

function demo(deployments: Deployment[]): Configuration {
  const settings: FileSettings = { model_list: [] };
  return {
    source: null,
    demo: true,
    deployments,
    features: demoFeatures(),
    defaultFeature: DEFAULT_FEATURE,
    featuresDeclared: true,
    tenants: new Map(),
    unknownPrice: 'allow',
    routing: readRouting(settings),
    slo: readSlo(settings),
    canary: readCanary(settings),
    travel: readTravel(settings),
    retention: readRetention(settings),
    general: readGeneral(settings),
    notices: [],
  };
}
