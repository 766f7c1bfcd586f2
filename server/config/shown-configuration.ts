import type { Configuration } from './configuration.ts';
import { isSecretName } from './findings.ts';

/** Most levels that are shown; the configuration has fewer. */
const MAX_DEPTH = 12;

/** The configuration as JSON for an operator: every default filled in, names in snake_case, of secrets only that they are set. */
export function showConfiguration(configuration: Configuration): Record<string, unknown> {
  const { notices, ...settings } = configuration;
  // Notices are sentences, in which no name is a secret's.
  return { ...(shown(settings, 0) as Record<string, unknown>), notices };
}

function shown(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return '…';
  if (value instanceof Map)
    return Object.fromEntries(
      [...value].map(([key, item]: [unknown, unknown]) => [String(key), shown(item, depth + 1)]),
    );
  if (Array.isArray(value)) return value.map((item) => shown(item, depth + 1));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return [name, show(name, item, depth)];
    }),
  );
}

function show(name: string, item: unknown, depth: number): unknown {
  if (isSecretName(name)) return isEmpty(item) ? null : 'set';
  // The operator's own words, and long: that there are some is enough.
  if (name === 'system' && typeof item === 'string') return `${item.length} characters`;
  return shown(item, depth + 1);
}

function isEmpty(item: unknown): boolean {
  return item === null || item === undefined || (typeof item === 'object' && Object.keys(item).length === 0);
}
