import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { ConfigurationError } from './configuration-error.ts';
import { CONFIGURATION_FILES } from './read-configuration.ts';
import { starterText } from './starter.ts';

/** Largest file that is opened, in bytes. */
const MAX_FILE_BYTES = 1_000_000;

/** The text of a file; null when there is none. What cannot be read is a ConfigurationError that says why. */
export function readConfigurationText(path: string): string | null {
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES) throw refusal(path, `is larger than ${MAX_FILE_BYTES.toLocaleString('en')} bytes`);
    return readFileSync(path, 'utf8');
  } catch (failure) {
    if (failure instanceof ConfigurationError) throw failure;
    const code = codeOf(failure);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw refusal(path, code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`, failure);
  }
}

/** What a reload says when its file is no longer there: a router in earnest must not turn into a demo. */
export function goneFile(path: string): ConfigurationError {
  return new ConfigurationError([
    { place: null, sentence: `\`${path}\` is gone. Put it back; to go on without it, start the router again.` },
  ]);
}

export type StarterOutcome = { kind: 'written'; path: string } | { kind: 'kept'; path: string };

/**
 * Writes a commented layover.yaml with the two providers into the working folder, or to `path`. A file that is there is kept as
 * it is, also when two starts come at the same time. Throws a ConfigurationError when the folder cannot be written.
 */
export function writeStarterConfiguration(path: string = CONFIGURATION_FILES[0]): StarterOutcome {
  try {
    writeFileSync(path, starterText(), { flag: 'wx' });
    return { kind: 'written', path };
  } catch (failure) {
    if (codeOf(failure) === 'EEXIST') return { kind: 'kept', path };
    throw refusal(path, `cannot be written (${codeOf(failure)})`, failure);
  }
}

function refusal(path: string, what: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError([{ place: null, sentence: `\`${path}\` ${what}.` }], { cause });
}

function codeOf(failure: unknown): string {
  return failure instanceof Error && 'code' in failure && typeof failure.code === 'string' ? failure.code : 'unknown';
}
