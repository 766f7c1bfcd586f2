import type { Clock } from '#shared/clock.ts';
import type { Log } from '#shared/log.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { Configuration } from './configuration.ts';

/** How a reload went. */
export type Reloaded =
  | { kind: 'loaded'; configuration: Configuration; atNextStart: string[] }
  /** Nothing was changed; `why` says what is wrong, with line and column. */
  | { kind: 'refused'; why: string };

/** The configuration in force, and the way to another one. Rules: docs/behaviour.md, K18–K21. */
export interface CurrentConfiguration {
  /** Read it again for each piece of work; keep what was read until that is over. */
  readonly value: Configuration;
  /** When it came into force, Unix ms. */
  readonly loadedAtMs: number;
  /** What of it holds only from the next start on, a sentence each. */
  readonly atNextStart: string[];
  /** Reads it again and takes it if it is whole. Never throws. One at a time: calls that come meanwhile share the next. */
  reload(): Promise<Reloaded>;
}

/** Holds the configuration of the start until another one is loaded. */
export function holdConfiguration<T>(deps: {
  configuration: Configuration;
  /** Rejects with a ConfigurationError when the file cannot be used. */
  read: () => Promise<Configuration>;
  /** The master key in force is the configuration's. */
  isKeyConfigured: boolean;
  /** What may fail, before anything changes. */
  prepare: (next: Configuration) => Promise<T>;
  /** Makes everything follow it, in one step. */
  apply: (next: Configuration, prepared: T) => void;
  clock: Clock;
  log: Log;
}): CurrentConfiguration {
  const { clock, log } = deps;
  const atStart = deps.configuration;
  let value = atStart;
  let loadedAtMs = clock.now();
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<Reloaded> | null = null;

  function waiting(): string[] {
    return deps.isKeyConfigured ? changedKey(atStart, value) : [];
  }

  async function load(): Promise<Reloaded> {
    try {
      const read = await deps.read();
      const prepared = await deps.prepare(read);
      deps.apply(read, prepared);
      value = read;
      loadedAtMs = clock.now();
      const atNextStart = waiting();
      log.info({ source: read.source, notices: read.notices, atNextStart }, 'The configuration was read again.');
      return { kind: 'loaded', configuration: read, atNextStart };
    } catch (failure) {
      const why =
        failure instanceof ConfigurationError
          ? failure.message
          : 'The configuration could not be taken over. The log says why.';
      log.error(
        failure instanceof ConfigurationError ? { why } : { err: failure },
        'The configuration stays as it was.',
      );
      return { kind: 'refused', why };
    }
  }

  return {
    get value() {
      return value;
    },
    get loadedAtMs() {
      return loadedAtMs;
    },
    get atNextStart() {
      return waiting();
    },
    reload() {
      if (next !== null) return next;
      const mine = running.then(() => {
        next = null;
        return load();
      });
      next = mine;
      running = mine;
      return mine;
    },
  };
}

function changedKey(atStart: Configuration, now: Configuration): string[] {
  return atStart.general.masterKey === now.general.masterKey
    ? []
    : ['`master_key` is another one. It holds from the next start; until then the old one does.'];
}
