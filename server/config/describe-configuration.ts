import type { Configuration, Deployment, Feature } from './configuration.ts';

/** What the start prints about the configuration, line by line. Holds no key and no system prompt. */
export function describeConfiguration(configuration: Configuration): string[] {
  const aliases = [...new Set(configuration.deployments.map((one) => one.alias))];
  return [
    sourceLine(configuration),
    ...aliases.flatMap((alias) => aliasLines(alias, configuration.deployments)),
    'Of a stream `timeout` bounds the wait for the first token; from then on its silences and `stream_total_timeout` bound it.',
    'Features:',
    ...[...configuration.features.values()].map((feature) =>
      featureLine(feature, feature.name === configuration.defaultFeature),
    ),
    ...(configuration.notices.length === 0
      ? []
      : ['Please note:', ...configuration.notices.map((notice) => `  ${notice}`)]),
  ];
}

function sourceLine({ source, demo }: Configuration): string {
  const providers = demo ? ' The demo providers answer: no key is needed, and no model is asked.' : '';
  if (source !== null) return `Configuration: ${source}.${providers}`;
  return demo
    ? `No configuration and no provider key.${providers}`
    : 'Configuration: built in, with the provider keys of the environment.';
}

function aliasLines(alias: string, deployments: readonly Deployment[]): string[] {
  const own = deployments.filter((one) => one.alias === alias).sort((a, b) => a.order - b.order);
  return [`Model ${alias}:`, ...own.map(deploymentLine)];
}

function deploymentLine(one: Deployment): string {
  if (one.state.kind === 'unconfigured') return `  ${one.order}. ${one.name}: not configured. ${one.state.why}`;
  const firstMs = Math.min(one.firstTokenTimeoutMs, one.timeoutMs);
  const timers = `first token ${seconds(firstMs)}, then silence ${seconds(one.idleTimeoutMs)}, whole stream ${seconds(one.streamTotalMs)}`;
  const price =
    one.prices === null ? ', price unknown' : one.pricedBy === undefined ? '' : `, price by ${one.pricedBy}`;
  return `  ${one.order}. ${one.name}: weight ${one.weight}, ${timers}${price}`;
}

function featureLine(feature: Feature, isDefault: boolean): string {
  const parts = [
    feature.model,
    feature.cache.ttlSeconds === 0
      ? 'router cache off'
      : `router cache ${feature.cache.ttlSeconds} s per ${feature.cache.scope}`,
    DEVICE[feature.device.store],
  ];
  return `  ${feature.name}${isDefault ? ' (for asks that name none)' : ''}: ${parts.join(', ')}`;
}

const DEVICE: Record<Feature['device']['store'], string> = {
  store: 'saved on devices',
  store_unless_pii: 'saved on devices unless personal',
  never: 'not saved on devices',
};

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
