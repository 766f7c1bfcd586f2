import type { Configuration } from './configuration.ts';
import { ConfigurationError, describePlace } from './configuration-error.ts';
import { findFile, readConfiguration, type ConfigurationSources } from './read-configuration.ts';

/** A configuration of which parts may have been left out. */
export interface Salvaged {
  configuration: Configuration;
  /** What was left out and why, one line each; empty when it is whole. */
  leftOut: string[];
}

/** A section of the file, or one entry of `model_list`: its first line and the one after its last, from 0. */
interface Part {
  name: string;
  from: number;
  to: number;
}

/** Most parts that are tried; what comes after them is left out. Each costs one reading of the file. */
const MAX_PARTS = 60;

/**
 * For a bypass, which needs the primary and nothing else: as much of the configuration as can be used. Sections that are wrong are
 * left out, and so are entries of `model_list`. Throws the ConfigurationError of the whole file when not one model is left.
 */
export function salvageConfiguration(sources: ConfigurationSources): Salvaged {
  try {
    return { configuration: readConfiguration(sources), leftOut: [] };
  } catch (failure) {
    const file = failure instanceof ConfigurationError ? findFile(sources) : null;
    if (file === null) throw failure;
    const salvaged = salvage(file, sources);
    if (salvaged === null) throw failure;
    return salvaged;
  }
}

function salvage(file: { path: string; text: string }, sources: ConfigurationSources): Salvaged | null {
  const lines = file.text.split('\n');
  const sections = sectionsOf(lines);
  const models = sections.find(({ name }) => name === 'model_list');
  if (models === undefined) return null;
  const read = (kept: readonly Part[]): Configuration | string => {
    const text = lines.map((line, at) => (kept.some(({ from, to }) => at >= from && at < to) ? line : '')).join('\n');
    try {
      return readConfiguration({
        ...sources,
        readText: (path) => (path === file.path ? text : sources.readText(path)),
      });
    } catch (failure) {
      if (failure instanceof ConfigurationError) return firstMistake(failure);
      throw failure;
    }
  };
  const entries = entriesOf(models, lines);
  const head = { ...models, to: entries[0]?.from ?? models.to };
  // The whole list at once is the usual case; entry by entry only where that does not do.
  const isListWhole = typeof read([models]) !== 'string';
  const others = sections.filter((section) => section !== models);
  const wanted = isListWhole ? [models, ...others] : [...entries, ...others];
  const kept: Part[] = isListWhole ? [] : [head];
  const leftOut: string[] = [];
  let configuration: Configuration | null = null;
  wanted.forEach((part, at) => {
    const outcome = at < MAX_PARTS ? read([...kept, part]) : `More than ${MAX_PARTS} parts are not tried.`;
    if (typeof outcome === 'string') return void leftOut.push(`\`${part.name}\` is left out: ${outcome}`);
    configuration = outcome;
    kept.push(part);
  });
  return configuration === null ? null : { configuration, leftOut };
}

/** By lines, not by meaning: a section may be broken YAML, and the others are still read. */
function sectionsOf(lines: readonly string[]): Part[] {
  const starts = lines.flatMap((line, at) => {
    const name = /^["']?([\w-]+)["']?\s*:/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, from: at }];
  });
  return starts.map((start, at) => ({ ...start, to: starts[at + 1]?.from ?? lines.length }));
}

/** The entries of a list in block style; none for `[…]` on one line. */
function entriesOf({ from, to }: Part, lines: readonly string[]): Part[] {
  const indent = lines
    .slice(from + 1, to)
    .find((line) => /^\s*- /.test(line))
    ?.indexOf('-');
  if (indent === undefined) return [];
  const starts = lines.flatMap((line, at) =>
    at > from && at < to && line.indexOf('- ') === indent && line.trimStart().startsWith('- ') ? [at] : [],
  );
  return starts.map((start, at) => ({ name: `model_list[${at}]`, from: start, to: starts[at + 1] ?? to }));
}

function firstMistake({ mistakes }: ConfigurationError): string {
  const [mistake] = mistakes;
  if (mistake === undefined) return 'It cannot be used.';
  return mistake.place === null ? mistake.sentence : `${describePlace(mistake.place)}: ${mistake.sentence}`;
}
